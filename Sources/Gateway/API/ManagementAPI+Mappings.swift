internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import JSON
internal import Organizations
internal import Policy

extension ManagementAPI {
    func mappings() throws(Problem) -> Reply {
        let query = try ListQuery(request.target.queryItems)
        let table = management.mappings()
        var after = 0
        if let cursor = query.cursor {
            guard let rank = Int(cursor), rank > 0 else { throw ListQuery.unknownCursor }
            after = rank
        }
        let rest = table.all.drop { $0.rank <= after }
        let shown = Array(rest.prefix(query.limit))
        let bytes = ListQuery.write(shown, next: rest.count > query.limit ? shown.last.map { String($0.rank) } : nil) {
            writer, row in
            row.write(to: &writer, isOfFile: table.isOfFile(row.id))
        }
        return .document(.ok, bytes, location: nil, tag: table.tag)
    }

    func mapping(_ id: String) throws(Problem) -> Reply {
        let table = management.mappings()
        guard let row = table.row(id) else { throw Problem(AccessRefusal.notFound) }
        return document(.ok, row, of: table)
    }

    func addMapping(_ root: JSONValue) async throws(Problem) -> Reply {
        let table = management.mappings()
        var reader = BodyReader(root)
        let change = ManagementAPI.addition(&reader, to: table)
        try reader.finish()
        guard let change else { throw Problem(.invalidRequest, status: 422, detail: "Something is missing.") }
        let (row, now) = try await management.change(change, ifCurrent: isCurrent, isConfirmed: isConfirmed)
        return document(.created, row, of: now)
    }

    func changeMapping(_ id: String, _ root: JSONValue) async throws(Problem) -> Reply {
        let table = management.mappings()
        guard let row = table.row(id) else { throw Problem(AccessRefusal.notFound) }
        try guardStored(row, table)
        var reader = BodyReader(root)
        let change = ManagementAPI.replacement(&reader, of: row, in: table)
        try reader.finish()
        guard let change else { throw Problem(.invalidRequest, status: 422, detail: "Something is missing.") }
        let (changed, now) = try await management.change(change, ifCurrent: isCurrent, isConfirmed: isConfirmed)
        return document(.ok, changed, of: now)
    }

    func removeMapping(_ id: String) async throws(Problem) -> Reply {
        let table = management.mappings()
        guard let row = table.row(id) else { throw Problem(AccessRefusal.notFound) }
        try guardStored(row, table)
        _ = try await management.change(.remove(id), ifCurrent: isCurrent, isConfirmed: isConfirmed)
        return .noContent
    }

    func preview(_ root: JSONValue) async throws(Problem) -> Reply {
        let preview = try await management.preview(ManagementAPI.changes(root, of: management.mappings()))
        var writer = JSONWriter(reservingCapacity: 2048)
        preview.write(to: &writer)
        return .json(writer.bytes)
    }

    // MARK: Parts

    /// Without `If-Match` whatever is there is meant.
    private var isCurrent: @Sendable (String) -> Bool {
        let condition = request.fields(.ifMatch).joined(separator: ", ")
        return { tag in condition.isEmpty || EntityTag(tag).isNamed(byIfMatch: condition) }
    }

    private func guardStored(_ row: Mapping, _ table: MappingTable) throws(Problem) {
        guard !table.isOfFile(row.id) else {
            throw Problem(
                .conflict,
                detail: "This row stands in the configuration file; whoever runs the gateway changes it there.",
                reason: "file")
        }
    }

    private func document(_ status: Status, _ row: Mapping, of table: MappingTable) -> Reply {
        var writer = JSONWriter()
        writer.beginObject()
        row.write(to: &writer, isOfFile: table.isOfFile(row.id))
        writer.endObject()
        let path = "/api/v1/organizations/\(FormEncoding.encode(management.id.text))/claim-mappings/\(row.id)"
        return .document(status, writer.bytes, location: status == .created ? path : nil, tag: table.tag)
    }

    /// What `POST` adds; `nil` where something is wrong with it.
    private static func addition(_ reader: inout BodyReader, to table: MappingTable) -> MappingChange? {
        reader.allow("claim_name", "claim_value", "match", "role", "rank", "op")
        guard let draft = draft(&reader, from: nil) else { return nil }
        return .add(draft, at: place(&reader, in: table))
    }

    private static func replacement(
        _ reader: inout BodyReader, of row: Mapping, in table: MappingTable
    ) -> MappingChange? {
        reader.allow("claim_name", "claim_value", "match", "role", "rank", "id", "origin", "op")
        guard let draft = draft(&reader, from: row) else { return nil }
        return .replace(row.id, draft, at: place(&reader, in: table))
    }

    /// - Parameter row: what counts for members that are not given.
    private static func draft(_ reader: inout BodyReader, from row: Mapping?) -> MappingDraft? {
        let name = reader.has("claim_name") || row == nil ? reader.text("claim_name") : row?.claimName
        let match = reader.has("match") ? reader.choice("match") : row?.match ?? .equals
        let role = reader.has("role") || row == nil ? reader.choice("role") : row?.role
        if role == .publisher, reader.has("role") {
            reader.fault("role", "cannot be given here: whoever is counted does not count")
        }
        var value: String? = ""
        if match == .exists {
            if let given = reader.root.member("claim_value"), !given.isNull {
                reader.fault("claim_value", "has no meaning where match is exists: leave it out")
            }
        } else if reader.has("claim_value") || row == nil || row?.match == .exists {
            value = reader.text("claim_value", in: 0...1024)
        } else {
            value = row?.claimValue
        }
        guard reader.faults.isEmpty, let name, let match, let role, let value else { return nil }
        return MappingDraft(claimName: name, match: match, claimValue: value, role: role)
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
        case "create": return addition(&reader, to: table)
        case "update", "delete":
            guard let id = reader.text("id") else { return nil }
            guard let row = table.stored.first(where: { $0.id == id }) else {
                reader.fault("id", "names no row that can be changed here")
                return nil
            }
            return operation == "delete" ? .remove(id) : replacement(&reader, of: row, in: table)
        case nil: return nil
        default:
            reader.fault("op", "has to be one of create, update, delete")
            return nil
        }
    }

    /// The changes of a preview: `changes`, or one row as `POST` takes it.
    private static func changes(_ root: JSONValue, of table: MappingTable) throws(Problem) -> [MappingChange] {
        guard let list = root.member("changes") else {
            var reader = BodyReader(root)
            let change = addition(&reader, to: table)
            try reader.finish()
            return [change].compactMap { $0 }
        }
        var faults: [Problem.Fault] = []
        var changes: [MappingChange] = []
        if list.kind != .array { faults.append(Problem.Fault(pointer: "/changes", detail: "has to be a list")) }
        for (index, element) in list.elements.prefix(100).enumerated() {
            var reader = BodyReader(element, at: "/changes/\(index)")
            change(&reader, of: table).map { changes.append($0) }
            faults += reader.faults
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
            writer.member("identity_id", person.seen.identity.text)
            writer.member("issuer", person.seen.issuer)
            writer.member("subject", person.seen.subject)
            writer.member("email", person.seen.email)
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
