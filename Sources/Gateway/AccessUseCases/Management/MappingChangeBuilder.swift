package import ClaimMapping
package import Endpoints
package import Grants
internal import Identities
package import JSON
internal import Management
internal import Text

/// Makes changes of an organization's rules from the fields of JSON objects and forms.
package struct MappingChangeBuilder {
    /// The rules to which the changes apply.
    let table: MappingTable

    package init(table: MappingTable) {
        self.table = table
    }

    /// A new rule; nil if it has faults.
    ///
    /// - Parameter more: additional field names that the caller understands.
    package func addition(_ reader: inout FieldReader, more: String...) -> MappingChange? {
        reader.allow(["claim_name", "claim_value", "match", "split", "role", "rank"] + more)
        let edit = MappingChangeBuilder.edit(&reader, of: nil)
        guard let edit, let name = edit.claimName, let role = edit.role else { return nil }
        return .add(
            MappingDraft(
                claimName: name, match: edit.match ?? .equals, claimValue: edit.claimValue ?? "",
                split: edit.split ?? nil, role: role),
            at: place(&reader))
    }

    /// A rule may be sent back whole as it was read; its id and origin cannot change.
    package func replacement(_ reader: inout FieldReader, of row: Mapping, more: String...) -> MappingChange? {
        reader.allow(["claim_name", "claim_value", "match", "split", "role", "rank", "id", "origin"] + more)
        for (name, value) in [("id", row.id), ("origin", "store")] where reader.has(name) {
            if !reader.text(name).isExactly(value) {
                reader.fault(name, "The value cannot be changed. It is \(value).")
            }
        }
        return MappingChangeBuilder.edit(&reader, of: row).map { .edit(row.id, $0, at: place(&reader)) }
    }

    /// The given members of a rule; nil if they have faults.
    ///
    /// - Parameter row: the rule to be edited; a new rule (nil) needs all members.
    private static func edit(_ reader: inout FieldReader, of row: Mapping?) -> MappingEdit? {
        var edit = MappingEdit()
        if reader.has("claim_name") || row == nil { edit.claimName = reader.text("claim_name") }
        if let name = edit.claimName, name.starts(exactly: "/"), JSONPointer(name) == nil {
            reader.fault("claim_name", "The claim name is not a JSON Pointer: ~ must be followed by 0 or 1 (RFC 6901).")
        }
        if reader.has("match") { edit.match = reader.choice("match") }
        if reader.has("role") || row == nil { edit.role = reader.choice("role") }
        if edit.role == .publisher, row?.role != .publisher {
            reader.fault(
                "role", "Rules cannot give this role here: a party that is counted must not supply the counts.")
        }
        let value = reader.value("claim_value").flatMap { $0.isNull ? nil : $0 }
        if (edit.match ?? row?.match ?? .equals) == .exists {
            if value != nil { reader.fault("claim_value", "A rule with the comparison exists has no value.") }
        } else if value != nil || row == nil || row?.match == .exists {
            // A pattern is evaluated on every user's claims.
            let longest = (edit.match ?? row?.match) == .glob ? 255 : 1024
            edit.claimValue = reader.text("claim_value", in: 1...longest)
        } else if edit.match == .glob, let row, row.claimValue.unicodeScalars.count > 255 {
            reader.fault("claim_value", "A pattern must have at most 255 characters.")
        }
        readSplit(&reader, into: &edit, of: row)
        if Mapping.isEmail(edit.claimName ?? row?.claimName ?? ""), edit.match != .exists,
            DomainHint.isNeeded(forAddress: edit.claimValue ?? row?.claimValue ?? "")
        {
            reader.fault("claim_value", DomainHint.sentence)
        }
        return reader.faults.isEmpty ? edit : nil
    }

    /// Returns the change that a reader's fields describe.
    ///
    /// - Parameter make: returns nil if the reader has faults.
    package func read(
        _ reader: inout FieldReader, _ make: (MappingChangeBuilder, inout FieldReader) -> MappingChange?
    ) throws(Problem) -> MappingChange {
        let change = make(self, &reader)
        try reader.finish()
        guard let change else { throw Problem.fieldMissing }
        return change
    }

    private static func readSplit(_ reader: inout FieldReader, into edit: inout MappingEdit, of row: Mapping?) {
        guard let value = reader.value("split") else { return }
        edit.split = .some(nil)
        guard !value.isNull else { return }
        guard let separator = value.string.flatMap(Mapping.separator) else {
            return reader.fault("split", "The separator must be exactly one character.")
        }
        if (edit.match ?? row?.match) == .exists {
            return reader.fault("split", "A rule with the comparison exists has no separator.")
        }
        if Mapping.isEmail(edit.claimName ?? row?.claimName ?? "") {
            return reader.fault("split", "A rule for the email address has no separator.")
        }
        edit.split = separator
    }

    private func place(_ reader: inout FieldReader) -> Int? {
        guard let rank = reader.integer("rank", in: 1...1_000_000) else { return nil }
        guard let place = table.place(ofRank: rank) else {
            reader.fault(
                "rank",
                "The rank must be above \(table.file.count): the ranks up to there belong to the configuration file.")
            return nil
        }
        return place
    }

    /// One change, as an element of `changes`; nil if it has faults.
    package func change(_ reader: inout FieldReader) -> MappingChange? {
        let operation = reader.text("op")
        switch operation.map({ ExactText($0) }) {
        case "create": return addition(&reader, more: "op")
        case "update", "delete":
            guard let id = reader.text("id") else { return nil }
            guard let row = table.stored.first(where: { $0.id.isExactly(id) }) else {
                reader.fault("id", "No rule that can be changed here has this ID.")
                return nil
            }
            return operation.isExactly("delete") ? .remove(id) : replacement(&reader, of: row, more: "op")
        case nil: return nil
        default:
            reader.fault("op", "The operation must be create, update or delete.")
            return nil
        }
    }

    /// The changes of a preview: `changes`, or one rule as in a `POST`.
    package func changes(_ root: JSONValue) throws(Problem) -> [MappingChange] {
        guard let list = root.member("changes") else {
            var reader = FieldReader(root)
            let change = addition(&reader)
            try reader.finish()
            return [change].compactMap { $0 }
        }
        var faults: [Problem.Issue] = []
        var changes: [MappingChange] = []
        // Each change applies to the rules that the previous changes leave.
        var rows = table.stored
        if list.kind != .array || list.count > 100 {
            faults.append(Problem.Issue(pointer: "/changes", detail: "The changes must be a list of at most 100."))
        }
        for (index, element) in list.elements.prefix(100).enumerated() {
            var reader = FieldReader(element, at: "/changes/\(index)")
            let now = MappingTable(file: table.file, stored: rows)
            let change = MappingChangeBuilder(table: now).change(&reader)
            faults += reader.faults
            guard let change else { continue }
            changes.append(change)
            rows = change.applied(to: rows, newID: ManagerActions.previewID(index)) ?? rows
        }
        guard faults.isEmpty else {
            throw Problem(
                .invalidRequest, status: 422,
                detail: "The changes cannot be previewed. First fault: \(faults[0].pointer): \(faults[0].detail)",
                faults: faults)
        }
        return changes
    }
}
