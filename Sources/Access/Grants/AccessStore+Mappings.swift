public import Audit
public import ClaimMapping
public import Databases
internal import JSON
public import Organizations
internal import Time

extension AccessStore {
    /// How many rows an organization's managers may add: what every decision may have to look at is bounded.
    public static let mostMappings = 2000
    /// How many of them may be patterns, which have to be tried one by one.
    public static let mostPatterns = 200

    /// What has to hold where rows are changed.
    public struct MappingConditions: Sendable {
        /// Whether these rows, ranked among themselves, are those that the change was made for.
        let isCurrent: @Sendable ([Mapping]) -> Bool
        let rules: ManagerRules

        public init(
            isCurrent: @escaping @Sendable ([Mapping]) -> Bool, rules: ManagerRules
        ) {
            self.isCurrent = isCurrent
            self.rules = rules
        }
    }

    /// Changes the rows that managers added; counts from the next request on.
    ///
    /// - Parameter record: appended to the audit log with it; its action and target are set here, and how the row was
    ///   and is.
    /// - Returns: the row that was added, replaced or removed, and all rows as they are now.
    public func changeMappings(
        _ change: MappingChange, in organization: OrganizationID, by manager: ActingManager,
        where conditions: MappingConditions, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<(row: Mapping, all: [Mapping]), AccessRefusal> {
        try await self.change(by: manager, in: organization) { own, moment, transaction throws(DatabaseError) in
            let before = try AccessStore.mappings(organization, transaction)[organization] ?? []
            guard conditions.isCurrent(before) else { return .refused(.changedMeanwhile) }
            let id = try AccessStore.makeID(at: moment)
            guard let after = change.applied(to: before, newID: id) else { return .refused(.notFound) }
            guard after.count <= AccessStore.mostMappings,
                after.count(where: { $0.match == .glob }) <= AccessStore.mostPatterns
            else { return .refused(.tooMany) }
            let new = MappingRows(after)
            if try own.isLost(under: new, transaction) { return .refused(.losesOwnRole) }
            let had = try AccessStore.hasManager(
                organization, by: conditions.rules, at: moment, transaction)
            try AccessStore.store(after, of: organization, transaction)
            if had,
                try !AccessStore.hasManager(organization, by: conditions.rules, at: moment, transaction)
            {
                return .refused(.wouldLockOut)
            }
            var record = record
            let row: Mapping?
            switch change {
            case .add:
                record.action = .claimMappingCreate
                row = after.first { $0.id == id }
                record.details.append(("after", row?.json ?? ""))
            case .edit(let id, _, _):
                record.action = .claimMappingUpdate
                row = after.first { $0.id == id }
                record.details.append(("before", before.first { $0.id == id }?.json ?? ""))
                record.details.append(("after", row?.json ?? ""))
            case .remove(let id):
                record.action = .claimMappingDelete
                row = before.first { $0.id == id }
                record.details.append(("before", row?.json ?? ""))
            }
            guard let row else { throw DatabaseError(.failed, cause: "a changed row is not among the rows") }
            record.target = row.id
            try AuditLog.append(record, at: moment, transaction)
            return .kept((row, after), [.mappings(organization, new)])
        }
    }

    private static func store(
        _ rows: [Mapping], of organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) {
        try transaction.execute("DELETE FROM claim_mapping WHERE organization = $1", .text(organization.text))
        let insert = try transaction.prepare(
            """
            INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role, split)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """)
        for row in rows {
            try insert.run(
                .text(row.id), .text(organization.text), .integer(row.rank), .text(row.claimName),
                .text(row.match.rawValue), .text(row.claimValue), .text(row.role.rawValue),
                .text(orNull: row.splitText))
        }
    }
}

extension Mapping {
    /// As the audit log tells a row.
    fileprivate var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("rank", rank)
        writer.member("claim_name", claimName)
        writer.member("match", match.rawValue)
        writer.member("claim_value", match == .exists ? nil : claimValue)
        if let splitText { writer.member("split", splitText) }
        writer.member("role", role.rawValue)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
