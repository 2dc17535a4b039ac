internal import Audit
internal import ClaimMapping
internal import Cryptography
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Snapshots
internal import Text
internal import Tokens

/// The effects of a change of rules.
struct MappingPreview: Sendable {
    /// A user who was seen, with the role before and after the change.
    struct Person: Sendable {
        let signIn: LastSignIn
        let before: Role?
        let after: Role?
    }

    let table: MappingTable
    /// The users whose role changes.
    let people: [Person]
    let unchanged: Int
    /// The acting manager's role before and after.
    let own: (before: Role?, after: Role?)
    /// The rules that would stop deciding for any user.
    let shadowed: [Mapping]
    let wouldLockOut: Bool
}

extension Management {
    func mappings() async throws(Problem) -> MappingTable {
        let file = (today.organization(id.text) ?? organization).rules.mappings
        let (access, id) = (access, id)
        return try await offReactor {
            MappingTable(file: file, stored: access.snapshots.read().value.mappings(of: id).mappings)
        }
    }

    /// The ranks of all rules, by their ids.
    func ranks() async throws(Problem) -> [ExactText: Int] {
        try await mappings().ranks
    }

    /// Changes the managers' rules.
    ///
    /// - Parameters:
    ///   - file: the file's rules that the change was made for; with others it is refused.
    ///   - tag: the tag of the rules that the manager has seen; nil if the manager named none.
    ///   - isConfirmed: true if the manager confirms the loss of their own role.
    func change(
        _ change: MappingChange, of file: [Mapping], ifTag tag: String?, isConfirmed: Bool
    ) async throws(Problem) -> (row: Mapping, table: MappingTable) {
        let (row, all) = try await decided { () throws(DatabaseError) in
            try await access.changeMappings(
                change, in: id, by: acting(.writeMappings, isConfirmed: isConfirmed),
                expecting: AccessStore.ExpectedRules(file: file, tag: tag), recording: record(.claimMappingUpdate))
        }
        let table = try await offReactor { MappingTable(file: file, stored: all) }
        return (table.row(row.id) ?? row, table)
    }

    /// The id in a preview of a rule that the change would add.
    static func previewID(_ index: Int) -> String { "new:\(index + 1)" }

    /// The effects of changes on all users who were seen; nothing is changed.
    func preview(_ changes: [MappingChange]) async throws(Problem) -> MappingPreview {
        let before = try await mappings()
        let prepared = try await offReactor { () -> Preparation? in
            var rows = before.stored
            for (index, change) in changes.enumerated() {
                guard let changed = change.applied(to: rows, newID: Management.previewID(index)) else { return nil }
                rows = changed
            }
            return Preparation(before: before, after: MappingTable(file: before.file, stored: rows), of: organization)
        }
        guard let prepared else { throw Problem(AccessRefusal.notFound) }
        let (people, unchanged) = try await judged(prepared)
        let (had, has) = try await stored { () throws(DatabaseError) in
            (
                try await access.hasManager(id, proposing: prepared.before),
                try await access.hasManager(id, proposing: prepared.after)
            )
        }
        let (state, claims) = (state, claims)
        let own = try await offReactor {
            (
                before: state.rules.entitlement(of: claims, under: prepared.old, with: state.snapshot).role,
                after: state.rules.entitlement(of: claims, under: prepared.new, with: state.snapshot).role
            )
        }
        return MappingPreview(
            table: prepared.table, people: people, unchanged: unchanged, own: own, shadowed: prepared.shadowed,
            wouldLockOut: had && !has)
    }

    /// The input for evaluating each user in a preview.
    private struct Preparation: Sendable {
        let table: MappingTable
        let before: MappingRows
        let after: MappingRows
        let old: OrganizationRules
        let new: OrganizationRules
        /// The rules that would stop deciding for any user.
        let shadowed: [Mapping]

        init(before table: MappingTable, after: MappingTable, of organization: Deployment.Organization) {
            self.table = after
            (self.before, self.after) = (MappingRows(table.stored), MappingRows(after.stored))
            (old, new) = (organization.rules.adding(before), organization.rules.adding(self.after))
            let strategy = organization.rules.strategy
            let known = Set(ShadowedRows(of: table.all, under: strategy).rows.map(\.id))
            shadowed = ShadowedRows(of: after.all, under: strategy).rows.filter { !known.contains($0.id) }
        }
    }

    /// The claims of all users are opened and evaluated twice, in batches, so that other reads run in between.
    private func judged(_ rules: Preparation) async throws(Problem) -> (
        changed: [MappingPreview.Person], unchanged: Int
    ) {
        var (changed, unchanged): ([MappingPreview.Person], Int) = ([], 0)
        let (id, settings, state) = (id, deployment.accessSettings, state)
        var after: IdentityID?
        while true {
            let last = after
            let batch = try await stored { () throws(DatabaseError) in
                try await service.database.read { transaction throws(DatabaseError) in
                    let signIns = try AccessStore.signIns(id, after: last, limit: 100, transaction)
                    let judged = signIns.compactMap { signIn -> MappingPreview.Person? in
                        guard let claims = settings.claims(of: signIn) else { return nil }
                        func role(under rules: OrganizationRules) -> Role? {
                            state.rules.entitlement(of: claims, under: rules, with: state.snapshot).role
                        }
                        return MappingPreview.Person(
                            signIn: signIn, before: role(under: rules.old), after: role(under: rules.new))
                    }
                    return (judged: judged, last: signIns.last?.id)
                }
            }
            changed += batch.judged.filter { $0.before != $0.after }
            unchanged += batch.judged.count { $0.before == $0.after }
            guard let next = batch.last else { break }
            after = next
        }
        return (changed.sorted { $0.signIn.seenAt > $1.signIn.seenAt }, unchanged)
    }
}
