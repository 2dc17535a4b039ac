public import Audit
public import ClaimMapping
public import Databases
public import Identities
internal import JSON
internal import Policy
internal import Snapshots
internal import Text
internal import Time

extension AccessStore {
    /// The maximum number of rules that an organization's managers may add; bounds the cost of every decision.
    public static let mostMappings = 2000
    /// The maximum number of `glob` rules among them, which are evaluated one by one.
    public static let mostPatterns = 200

    /// The rules that a change was prepared for; if the current rules differ, the change is refused.
    public struct ExpectedRules: Sendable {
        /// The rules of the configuration file.
        let file: [Mapping]
        /// The tag of all rules; nil if any stored rules will do.
        let tag: String?

        /// - Parameter tag: as ``MappingTable/tag``.
        public init(file: [Mapping], tag: String?) {
            self.file = file
            self.tag = tag
        }

        /// Returns true if these are the rules in force.
        ///
        /// - Parameter rules: the rules of the configuration in force.
        fileprivate func areCurrent(
            _ stored: [Mapping], in organization: OrganizationID, under rules: AccessRules
        ) -> Bool {
            guard let file = rules.fileRules(of: organization)?.mappings,
                file.elementsEqual(self.file, by: { $0.isSame(as: $1) })
            else { return false }
            return tag.map { !$0.isEmpty && MappingTable(file: file, stored: stored).tag.isExactly($0) } ?? true
        }
    }

    /// A change with everything that is computed before its transaction, or at its beginning.
    private struct PreparedChange: Sendable {
        let newID: String
        let before: [Mapping]
        let after: PreparedRules
        /// The search for a manager under the rules after the change; nil until it is done.
        var search: ManagerSearch?
    }

    /// Changes the rules that managers added; takes effect with the next request.
    ///
    /// Rules are prepared, and users evaluated, before the transaction. The transaction only checks whether rules or
    /// users have changed since; see ``keepingManager(preparing:_:)``.
    ///
    /// - Parameter record: appended to the audit log in the transaction. Its action, its target, and the rule before
    ///   and after the change are set here.
    /// - Returns: the rule that was added, replaced or removed, and all stored rules after the change.
    public func changeMappings(
        _ change: MappingChange, in organization: OrganizationID, by actor: AccessActor,
        expecting expected: ExpectedRules, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<(row: Mapping, all: [Mapping]), AccessRefusal> {
        try await mappingTurns.take(organization) { () throws(DatabaseError) in
            try await keepingManager(
                preparing: { () throws(DatabaseError) -> Result<PreparedChange, AccessRefusal>? in
                    try await prepare(change, in: organization, expecting: expected)
                }
            ) { prepared throws(DatabaseError) in
                let outside: PreparedChange?
                switch prepared {
                case .success(let made): outside = made
                case .failure(let refusal): return .failure(refusal)
                case nil: outside = nil
                }
                return try await commit(
                    change, outside, in: organization, by: actor, expecting: expected, recording: record)
            }
        }
    }

    /// Prepares a change outside of its transaction.
    private func prepare(
        _ change: MappingChange, in organization: OrganizationID, expecting expected: ExpectedRules
    ) async throws(DatabaseError) -> Result<PreparedChange, AccessRefusal> {
        let (moment, rules) = (now(), settings.read().value.rules)
        let result = try await database.read { transaction throws(DatabaseError) in
            try AccessStore.prepare(
                change, in: organization, expecting: expected, under: rules, at: moment, transaction)
        }
        guard case .success(var prepared) = result else { return result }
        var search = try await searchManager(of: organization, proposing: prepared.after, without: .none)
        if !search.isAny {
            // If the organization had no manager before, no change is refused for leaving none.
            search.predecessor = try await searchManager(
                of: organization, proposing: PreparedRules(prepared.before), without: .none
            ).witness
        }
        prepared.search = search
        return .success(prepared)
    }

    private static func prepare(
        _ change: MappingChange, in organization: OrganizationID, expecting expected: ExpectedRules,
        under rules: AccessRules, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Result<PreparedChange, AccessRefusal> {
        let before = try mappings(of: organization, transaction)
        guard expected.areCurrent(before, in: organization, under: rules) else { return .failure(.changedMeanwhile) }
        let id = try makeID(at: moment)
        guard let after = change.applied(to: before, newID: id) else { return .failure(.notFound) }
        guard after.count <= mostMappings, after.count(where: { $0.match == .glob }) <= mostPatterns else {
            return .failure(.tooMany)
        }
        return .success(PreparedChange(newID: id, before: before, after: PreparedRules(after)))
    }

    /// Returns the search of a prepared change. If it was not made outside of the transaction, it is made here.
    private static func search(
        _ prepared: PreparedChange, in organization: OrganizationID, under current: CurrentRules, at moment: Timestamp,
        _ transaction: Transaction
    ) throws(DatabaseError) -> ManagerSearch {
        if let search = prepared.search { return search }
        var search = try ManagerQuery(organization, under: current, proposing: prepared.after, at: moment)
            .search(unless: nil, transaction)
        if !search.isAny {
            search.predecessor = try ManagerQuery(
                organization, under: current, proposing: PreparedRules(prepared.before), at: moment
            ).witness(transaction)
        }
        return search
    }

    /// Commits a change. Returns nil if the stored rules have changed since it was prepared, or if the manager found by
    /// the search is gone.
    ///
    /// - Parameter outside: the change as it was prepared; nil if the transaction prepares it.
    private func commit(
        _ change: MappingChange, _ outside: PreparedChange?, in organization: OrganizationID, by actor: AccessActor,
        expecting expected: ExpectedRules, recording record: AuditRecord
    ) async throws(DatabaseError) -> Result<(row: Mapping, all: [Mapping]), AccessRefusal>? {
        try await attempt(by: actor, in: organization) {
            own, moment, transaction throws(DatabaseError) -> ChangeOutcome<(row: Mapping, all: [Mapping])> in
            let prepared: PreparedChange
            if let outside {
                prepared = outside
            } else {
                switch try AccessStore.prepare(
                    change, in: organization, expecting: expected, under: own.rules.rules, at: moment, transaction)
                {
                case .success(let made): prepared = made
                case .failure(let refusal): return .refused(refusal)
                }
            }
            let (id, before, new) = (prepared.newID, prepared.before, prepared.after)
            let after = new.mappings
            let stored = try AccessStore.mappings(of: organization, transaction)
            guard stored.elementsEqual(before, by: { $0.isSame(as: $1) }) else { return .outdated }
            guard expected.areCurrent(before, in: organization, under: own.rules.rules) else {
                return .refused(.changedMeanwhile)
            }
            if case .restore(let id, _, _) = change, try AccessStore.hasMapping(id, transaction) {
                return .refused(.changedMeanwhile)
            }
            if try own.isLost(under: new, transaction) { return .refused(.losesOwnRole) }
            let search = try AccessStore.search(
                prepared, in: organization, under: own.rules, at: moment, transaction)
            switch try ManagerCheck(search, under: own.rules, at: moment, transaction).verdict(transaction) {
            case .kept: break
            case .lost: return .refused(.wouldLockOut)
            case .outdated: return .outdated
            }
            try AccessStore.store(after, in: organization, insteadOf: before, transaction)
            var record = record
            let row: Mapping?
            // Ranks are those of all rules, as every list shows them.
            let file = own.rules.rules.fileRules(of: organization)?.mappings ?? []
            let (old, all) = (MappingTable(file: file, stored: before), MappingTable(file: file, stored: after))
            func added(_ id: String, _ name: String, _ table: MappingTable) {
                record.details.append((name, table.row(id)?.json ?? ""))
            }
            switch change {
            case .add:
                record.action = .claimMappingCreate
                row = after.first { $0.id.isExactly(id) }
                added(id, "after", all)
            case .edit(let id, _, _):
                record.action = .claimMappingUpdate
                row = after.first { $0.id.isExactly(id) }
                added(id, "before", old)
                added(id, "after", all)
            case .remove(let id):
                record.action = .claimMappingDelete
                row = before.first { $0.id.isExactly(id) }
                added(id, "before", old)
                // The removal can be undone while the rules are these.
                record.details.append((AccessStore.rulesDetail, all.tag))
            case .restore(let id, _, _):
                record.action = .claimMappingCreate
                row = after.first { $0.id.isExactly(id) }
                added(id, "after", all)
            }
            guard let row else { throw DatabaseError(.failed, cause: "a changed rule is not among the rules") }
            record.target = row.id
            // Events without this count hold ranks among the managers' rules only.
            record.details.append(("file_rules", String(file.count)))
            try AuditLog.append(record, at: moment, transaction)
            return .kept((row, after), [.mappings(organization, new)])
        }
    }

    /// The name of the detail with the tag of all rules after a removal.
    public static let rulesDetail = "rules_after"

    /// Returns true if any organization has a stored rule with this id.
    private static func hasMapping(_ id: String, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.first("SELECT 1 FROM claim_mapping WHERE id = $1", .text(id)) {
            _ throws(DatabaseError) in true
        } ?? false
    }

    /// Writes the rules that differ from the stored ones.
    private static func store(
        _ rows: [Mapping], in organization: OrganizationID, insteadOf before: [Mapping], _ transaction: Transaction
    ) throws(DatabaseError) {
        let known = Dictionary(before.map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first })
        let kept = Set(rows.map { ExactText($0.id) })
        for row in before where !kept.contains(ExactText(row.id)) {
            try transaction.execute("DELETE FROM claim_mapping WHERE id = $1", .text(row.id))
        }
        let insert = try transaction.prepare(
            """
            INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role, split)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (id) DO UPDATE SET rank = excluded.rank, claim_name = excluded.claim_name,
                match = excluded.match, claim_value = excluded.claim_value, role = excluded.role, split = excluded.split
            """)
        for row in rows where !(known[ExactText(row.id)]?.isSame(as: row) ?? false) {
            try insert.run(
                .text(row.id), .text(organization.text), .integer(row.rank), .text(row.claimName),
                .text(row.match.rawValue), .text(row.claimValue), .text(row.role.rawValue),
                .text(orNull: row.splitText))
        }
    }
}

extension Mapping {
    /// Returns true if two rules are equal byte by byte and have equal ranks.
    fileprivate func isSame(as other: Mapping) -> Bool {
        rank == other.rank && parts.elementsEqual(other.parts) { $0.isExactly($1) }
    }

    /// The rule as the audit log records it.
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
