internal import Audit
public import ClaimMapping
internal import Databases
public import Grants
internal import Identities
internal import Policy
internal import Snapshots

extension ManagerActions {
    /// Returns all rules of the organization in force now.
    public func mappings() async throws(ManagementError) -> MappingTable {
        let (access, organization, settings) = (access, organization, settings)
        return try await compute {
            let current = access.settings.read().value.rules.fileRules(of: organization)
            let file = current ?? settings.rules.fileRules(of: organization)
            return MappingTable(
                file: file?.mappings ?? [], stored: access.snapshots.read().value.mappings(of: organization).mappings)
        }
    }

    /// Changes the managers' rules.
    ///
    /// - Parameters:
    ///   - file: the file's rules that the change was made for; with others it is refused.
    ///   - tag: the tag of the rules that the manager has seen; nil if the manager named none.
    ///   - isConfirmed: true if the manager confirms the loss of their own role.
    /// - Returns: the changed rule, and all rules after the change.
    public func change(
        _ change: MappingChange, of file: [Mapping], ifTag tag: String?, isConfirmed: Bool
    ) async throws(ManagementError) -> (row: Mapping, table: MappingTable) {
        let (row, all) = try await decided { () throws(DatabaseError) in
            try await access.changeMappings(
                change, in: organization, by: acting(.writeMappings, isConfirmed: isConfirmed),
                expecting: AccessStore.ExpectedRules(file: file, tag: tag), recording: record(.claimMappingUpdate))
        }
        let table = try await compute { MappingTable(file: file, stored: all) }
        return (table.row(row.id) ?? row, table)
    }

    /// Returns the id in a preview of a rule that the change would add.
    public static func previewID(_ index: Int) -> String { "new:\(index + 1)" }

    /// Returns the effects of changes on all users who signed in. Refused as `notFound` if a named rule does not exist.
    public func preview(_ changes: [MappingChange]) async throws(ManagementError) -> MappingPreview {
        let before = try await mappings()
        guard let rules = settings.rules.fileRules(of: organization) else { throw .refused(.notFound) }
        let prepared = try await compute { () -> Preparation? in
            var rows = before.stored
            for (index, change) in changes.enumerated() {
                guard let changed = change.applied(to: rows, newID: ManagerActions.previewID(index)) else { return nil }
                rows = changed
            }
            return Preparation(before: before, after: MappingTable(file: before.file, stored: rows), of: rules)
        }
        guard let prepared else { throw .refused(.notFound) }
        let (people, unchanged) = try await evaluated(prepared)
        let (had, has) = try await stored { () throws(DatabaseError) in
            (
                try await access.hasManager(organization, proposing: prepared.before),
                try await access.hasManager(organization, proposing: prepared.after)
            )
        }
        let (state, claims) = (state, manager.claims)
        let own = try await compute {
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
        let before: PreparedRules
        let after: PreparedRules
        let old: OrganizationRules
        let new: OrganizationRules
        /// The rules that would stop deciding for any user.
        let shadowed: [Mapping]

        init(before table: MappingTable, after: MappingTable, of rules: OrganizationRules) {
            self.table = after
            (self.before, self.after) = (PreparedRules(table.stored), PreparedRules(after.stored))
            (old, new) = (rules.adding(before), rules.adding(self.after))
            let known = Set(ShadowedRules(of: table.all, under: rules.strategy).rules.map(\.id))
            shadowed = ShadowedRules(of: after.all, under: rules.strategy).rules.filter { !known.contains($0.id) }
        }
    }

    /// Opens and evaluates the claims of all users twice, in batches, so that other reads run in between.
    private func evaluated(_ rules: Preparation) async throws(ManagementError) -> (
        changed: [MappingPreview.Person], unchanged: Int
    ) {
        var (changed, unchanged): ([MappingPreview.Person], Int) = ([], 0)
        let (organization, settings, state) = (organization, settings, state)
        var after: IdentityID?
        while true {
            let last = after
            let batch = try await stored { () throws(DatabaseError) in
                try await access.database.read { transaction throws(DatabaseError) in
                    let signIns = try AccessStore.signIns(organization, after: last, limit: 100, transaction)
                    let evaluated = signIns.compactMap { signIn -> MappingPreview.Person? in
                        guard let claims = settings.claims(of: signIn) else { return nil }
                        func role(under rules: OrganizationRules) -> Role? {
                            state.rules.entitlement(of: claims, under: rules, with: state.snapshot).role
                        }
                        return MappingPreview.Person(
                            signIn: signIn, before: role(under: rules.old), after: role(under: rules.new))
                    }
                    return (evaluated: evaluated, last: signIns.last?.id)
                }
            }
            changed += batch.evaluated.filter { $0.before != $0.after }
            unchanged += batch.evaluated.count { $0.before == $0.after }
            guard let next = batch.last else { break }
            after = next
        }
        return (changed.sorted { $0.signIn.seenAt > $1.signIn.seenAt }, unchanged)
    }
}
