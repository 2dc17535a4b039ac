internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Management
internal import Policy
internal import Text

extension ManagementAPI {
    func mappings() async throws(Problem) -> Reply {
        let query = try ListQuery(request.target.queryItems)
        let table = try await management.mappings()
        // The page begins after the last rule of the previous page, or, if that rule is gone, at its rank.
        var rest = table.all[...]
        if let cursor = query.cursor {
            guard let (digits, id) = cursor.cut(at: "."), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                digits.utf8.first != UInt8(ascii: "0"), let rank = Int(digits)
            else { throw ListQuery.unknownCursor }
            // If the rule moved down, some rules may appear twice, and none is left out.
            let last = table.row(String(id)).flatMap { $0.rank <= rank ? $0.rank : nil } ?? rank - 1
            rest = rest.drop { $0.rank <= last }
        }
        let shown = Array(rest.prefix(query.limit))
        let next = rest.count > query.limit ? shown.last.map { "\($0.rank).\($0.id)" } : nil
        return try await management.offReactor {
            let bytes = ListQuery.write(shown, next: next) { writer, row in
                row.write(to: &writer, isOfFile: table.isOfFile(row.id))
            }
            return .document(.ok, bytes, location: nil, tag: table.tag)
        }
    }

    func mapping(_ id: String) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        guard let row = table.row(id) else { throw Problem(AccessRefusal.notFound) }
        return try await document(.ok, row, of: table)
    }

    func addMapping(_ root: JSONValue) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        var reader = BodyReader(root)
        let change = ManagementAPI.addition(&reader, to: table)
        try reader.finish()
        guard let change else { throw Problem(.invalidRequest, status: 422, detail: "Something is missing.") }
        let (row, now) = try await management.change(
            change, of: table.file, ifTag: requiredTag(table), isConfirmed: isConfirmed)
        return try await document(.created, row, of: now)
    }

    func changeMapping(_ id: String, _ root: JSONValue) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        guard let row = table.row(id) else { throw Problem(AccessRefusal.notFound) }
        try guardStored(row, table)
        var reader = BodyReader(root)
        let change = ManagementAPI.replacement(&reader, of: row, in: table)
        try reader.finish()
        guard let change else { throw Problem(.invalidRequest, status: 422, detail: "Something is missing.") }
        let (changed, now) = try await management.change(
            change, of: table.file, ifTag: requiredTag(table), isConfirmed: isConfirmed)
        return try await document(.ok, changed, of: now)
    }

    func removeMapping(_ id: String) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        guard let row = table.row(id) else { throw Problem(AccessRefusal.notFound) }
        try guardStored(row, table)
        _ = try await management.change(
            .remove(id), of: table.file, ifTag: requiredTag(table), isConfirmed: isConfirmed)
        return .noContent
    }

    func preview(_ root: JSONValue) async throws(Problem) -> Reply {
        let table = try await management.mappings()
        let changes = try await management.offReactor { () -> Result<[MappingChange], Problem> in
            Result { () throws(Problem) in try ManagementAPI.changes(root, of: table) }
        }
        let preview = try await management.preview(changes.get())
        return try await management.offReactor {
            var writer = JSONWriter(reservingCapacity: 2048)
            preview.write(to: &writer)
            return .json(writer.bytes)
        }
    }

    // MARK: Parts

    /// The tag that the rules must still have when they are changed; nil without `If-Match`. Refused if the condition
    /// does not name these rules.
    private func requiredTag(_ table: MappingTable) async throws(Problem) -> String? {
        let fields = request.fields(.ifMatch)
        guard !fields.isEmpty else { return nil }
        let tag = try await management.offReactor { table.tag }
        guard EntityTag(tag).isNamed(byIfMatch: fields.joined(separator: ", ")) else {
            throw Problem(AccessRefusal.changedMeanwhile)
        }
        return tag
    }

    private func guardStored(_ row: Mapping, _ table: MappingTable) throws(Problem) {
        guard !table.isOfFile(row.id) else {
            throw Problem(
                .conflict,
                detail: "This row stands in the configuration file; whoever runs the gateway changes it there.",
                reason: "file")
        }
    }

    private func document(
        _ status: Status, _ row: Mapping, of table: MappingTable
    ) async throws(Problem) -> Reply {
        var writer = JSONWriter()
        writer.beginObject()
        row.write(to: &writer, isOfFile: table.isOfFile(row.id))
        writer.endObject()
        let tag = try await management.offReactor { table.tag }
        let path = "/api/v1/organizations/\(FormEncoding.encode(management.id.text))/claim-mappings/\(row.id)"
        return .document(status, writer.bytes, location: status == .created ? path : nil, tag: tag)
    }

    /// The change of a `POST`; nil if it has faults.
    ///
    /// - Parameter more: additional member names that the caller understands.
    private static func addition(
        _ reader: inout BodyReader, to table: MappingTable, more: String...
    ) -> MappingChange? {
        reader.allow(["claim_name", "claim_value", "match", "split", "role", "rank"] + more)
        let edit = edit(&reader, of: nil)
        guard let edit, let name = edit.claimName, let role = edit.role else { return nil }
        return .add(
            MappingDraft(
                claimName: name, match: edit.match ?? .equals, claimValue: edit.claimValue ?? "",
                split: edit.split ?? nil, role: role),
            at: place(&reader, in: table))
    }

    /// A rule may be sent back whole as it was read; its id and origin cannot change.
    private static func replacement(
        _ reader: inout BodyReader, of row: Mapping, in table: MappingTable, more: String...
    ) -> MappingChange? {
        reader.allow(["claim_name", "claim_value", "match", "split", "role", "rank", "id", "origin"] + more)
        for (name, value) in [("id", row.id), ("origin", "store")] where reader.has(name) {
            if !reader.text(name).isExactly(value) { reader.fault(name, "cannot be changed; it is \(value)") }
        }
        return edit(&reader, of: row).map { .edit(row.id, $0, at: place(&reader, in: table)) }
    }

    /// The given members of a rule; nil if they have faults.
    ///
    /// - Parameter row: the rule to be edited; a new rule (nil) needs all members.
    private static func edit(_ reader: inout BodyReader, of row: Mapping?) -> MappingEdit? {
        var edit = MappingEdit()
        if reader.has("claim_name") || row == nil { edit.claimName = reader.text("claim_name") }
        if let name = edit.claimName, name.starts(exactly: "/"), JSONPointer(name) == nil {
            reader.fault("claim_name", "is no JSON Pointer: after ~ comes 0 or 1 (RFC 6901)")
        }
        if reader.has("match") { edit.match = reader.choice("match") }
        if reader.has("role") || row == nil { edit.role = reader.choice("role") }
        if edit.role == .publisher, row?.role != .publisher {
            reader.fault("role", "cannot be given here: whoever is counted does not count")
        }
        let value = reader.root.member("claim_value").flatMap { $0.isNull ? nil : $0 }
        if (edit.match ?? row?.match ?? .equals) == .exists {
            if value != nil { reader.fault("claim_value", "has no meaning where match is exists: leave it out") }
        } else if value != nil || row == nil || row?.match == .exists {
            // A pattern is evaluated on every user's claims.
            let longest = (edit.match ?? row?.match) == .glob ? 255 : 1024
            edit.claimValue = reader.text("claim_value", in: 1...longest)
        } else if edit.match == .glob, let row, row.claimValue.unicodeScalars.count > 255 {
            reader.fault("claim_value", "has to be at most 255 characters where match is glob")
        }
        readSplit(&reader, into: &edit, of: row)
        if Mapping.isEmail(edit.claimName ?? row?.claimName ?? ""), edit.match != .exists,
            DomainHint.isNeeded(forAddress: edit.claimValue ?? row?.claimValue ?? "")
        {
            reader.fault("claim_value", DomainHint.text)
        }
        return reader.faults.isEmpty ? edit : nil
    }

    private static func readSplit(_ reader: inout BodyReader, into edit: inout MappingEdit, of row: Mapping?) {
        guard let value = reader.root.member("split") else { return }
        edit.split = .some(nil)
        guard !value.isNull else { return }
        guard let separator = value.string.flatMap(Mapping.separator) else {
            return reader.fault("split", "has to be exactly one character, or null")
        }
        if (edit.match ?? row?.match) == .exists {
            return reader.fault("split", "has no meaning where match is exists: leave it out")
        }
        if Mapping.isEmail(edit.claimName ?? row?.claimName ?? "") {
            return reader.fault("split", "has no meaning for an e-mail address: leave it out")
        }
        edit.split = separator
    }

    private static func place(_ reader: inout BodyReader, in table: MappingTable) -> Int? {
        guard let rank = reader.integer("rank", in: 1...1_000_000) else { return nil }
        guard let place = table.place(ofRank: rank) else {
            reader.fault(
                "rank", "has to be above \(table.file.count): the ranks up to there are the configuration file's")
            return nil
        }
        return place
    }

    /// One change, as an element of `changes`.
    static func change(_ root: JSONValue, of table: MappingTable) throws(Problem) -> MappingChange {
        var reader = BodyReader(root)
        let change = change(&reader, of: table)
        try reader.finish()
        guard let change else { throw Problem(.invalidRequest, status: 422, detail: "Something is missing.") }
        return change
    }

    private static func change(_ reader: inout BodyReader, of table: MappingTable) -> MappingChange? {
        let operation = reader.text("op")
        switch operation {
        case "create": return addition(&reader, to: table, more: "op")
        case "update", "delete":
            guard let id = reader.text("id") else { return nil }
            guard let row = table.stored.first(where: { $0.id.isExactly(id) }) else {
                reader.fault("id", "names no row that can be changed here")
                return nil
            }
            return operation == "delete" ? .remove(id) : replacement(&reader, of: row, in: table, more: "op")
        case nil: return nil
        default:
            reader.fault("op", "has to be one of create, update, delete")
            return nil
        }
    }

    /// The changes of a preview: `changes`, or one rule as in a `POST`.
    private static func changes(_ root: JSONValue, of table: MappingTable) throws(Problem) -> [MappingChange] {
        guard let list = root.member("changes") else {
            var reader = BodyReader(root)
            let change = addition(&reader, to: table)
            try reader.finish()
            return [change].compactMap { $0 }
        }
        var faults: [Problem.Fault] = []
        var changes: [MappingChange] = []
        // Each change applies to the rules that the previous changes leave.
        var rows = table.stored
        if list.kind != .array || list.count > 100 {
            faults.append(Problem.Fault(pointer: "/changes", detail: "has to be a list of at most 100 changes"))
        }
        for (index, element) in list.elements.prefix(100).enumerated() {
            var reader = BodyReader(element, at: "/changes/\(index)")
            let change = change(&reader, of: MappingTable(file: table.file, stored: rows))
            faults += reader.faults
            guard let change else { continue }
            changes.append(change)
            rows = change.applied(to: rows, newID: ManagerActions.previewID(index)) ?? rows
        }
        guard faults.isEmpty else {
            throw Problem(
                .invalidRequest, status: 422,
                detail: "The changes cannot be previewed: \(faults[0].pointer) \(faults[0].detail).",
                faults: faults)
        }
        return changes
    }
}

extension Mapping {
    func write(to writer: inout JSONWriter, isOfFile: Bool) {
        writer.member("id", id)
        writer.member("rank", rank)
        writer.member("claim_name", claimName)
        writer.member("claim_value", match == .exists ? nil : claimValue)
        writer.member("match", match.rawValue)
        if let splitText { writer.member("split", splitText) }
        writer.member("role", role.rawValue)
        writer.member("origin", isOfFile ? "file" : "store")
    }
}

extension MappingPreview {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("people")
        writer.beginArray()
        for person in people {
            writer.beginObject()
            writer.member("identity_id", person.signIn.id.text)
            writer.member("issuer", person.signIn.identity.issuer.text)
            writer.member("subject", person.signIn.identity.subject.text)
            writer.member("email", person.signIn.email?.spelling)
            writer.member("before", person.before?.rawValue)
            writer.member("after", person.after?.rawValue)
            writer.member("change", person.change)
            writer.endObject()
        }
        writer.endArray()
        writer.member("unchanged", unchanged)
        writer.name("self")
        writer.beginObject()
        writer.member("before", own.before?.rawValue)
        writer.member("after", own.after?.rawValue)
        writer.endObject()
        writer.name("shadowed")
        writer.beginArray()
        for row in shadowed { writer.string(row.id) }
        writer.endArray()
        writer.member("would_lock_out", wouldLockOut)
        writer.name("rows")
        writer.beginArray()
        for row in table.all {
            writer.beginObject()
            row.write(to: &writer, isOfFile: table.isOfFile(row.id))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension MappingPreview.Person {
    /// `gains`, `loses` or `changes`.
    var change: String { before == nil ? "gains" : after == nil ? "loses" : "changes" }
}
