internal import Audit
public import ClaimMapping
internal import Databases
public import Grants
internal import Identities
internal import Policy
internal import Snapshots
public import Text
internal import Time
internal import Tokens

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
    ///   - sequence: the audit event of the change that is undone; nil for none.
    /// - Returns: the changed rule, and all rules after the change.
    public func change(
        _ change: MappingChange, of file: [Mapping], ifTag tag: String?, isConfirmed: Bool,
        undoing sequence: Int? = nil
    ) async throws(ManagementError) -> (row: Mapping, table: MappingTable) {
        var record = record(.claimMappingUpdate)
        if let sequence { record.details.append(("undoes", String(sequence))) }
        let recorded = record
        let (row, all) = try await decided { () throws(DatabaseError) in
            try await access.changeMappings(
                change, in: organization, by: acting(.writeMappings, isConfirmed: isConfirmed),
                expecting: AccessStore.ExpectedRules(file: file, tag: tag), recording: recorded)
        }
        let table = try await compute { MappingTable(file: file, stored: all) }
        return (table.row(row.id) ?? row, table)
    }

    /// Returns the number of members whose role comes from each rule, by the rules' ids.
    public func memberCounts() async throws(ManagementError) -> [ExactText: Int] {
        try await stored { () throws(DatabaseError) in try await access.memberCounts(of: organization) }
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
        let users = try await evaluated(prepared)
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
            table: prepared.table, people: users.changed, unreadable: users.unreadable, unchanged: users.unchanged,
            recent: users.recent, own: own, shadowed: prepared.shadowed, wouldLockOut: had && !has)
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

    /// The users of a preview.
    private struct EvaluatedUsers: Sendable {
        var changed: [MappingPreview.Person] = []
        var unreadable: [MappingPreview.Unreadable] = []
        var unchanged = 0
        var recent = 0
    }

    /// Opens and evaluates the claims of all users twice, in batches, so that other reads run in between.
    private func evaluated(_ rules: Preparation) async throws(ManagementError) -> EvaluatedUsers {
        var users = EvaluatedUsers()
        let (organization, settings, state) = (organization, settings, state)
        let recently = access.now() - .seconds(30 * 86400)
        var after: IdentityID?
        while true {
            let last = after
            let batch = try await stored { () throws(DatabaseError) in
                try await access.database.read { transaction throws(DatabaseError) in
                    let signIns = try AccessStore.signIns(organization, after: last, limit: 100, transaction)
                    var found = EvaluatedUsers()
                    for signIn in signIns {
                        guard let claims = settings.claims(of: signIn) else {
                            found.unreadable.append(MappingPreview.Unreadable(signIn))
                            continue
                        }
                        if signIn.seenAt >= recently { found.recent += 1 }
                        func entitlement(under rules: OrganizationRules) -> Entitlement {
                            state.rules.entitlement(of: claims, under: rules, with: state.snapshot)
                        }
                        let (old, new) = (entitlement(under: rules.old), entitlement(under: rules.new))
                        if old.role == new.role {
                            found.unchanged += 1
                        } else {
                            found.changed.append(
                                MappingPreview.Person(
                                    signIn, claims, before: old, after: new, under: rules.table,
                                    isVerified: state.rules.verifiedEmail(of: claims) != nil))
                        }
                    }
                    return (found: found, last: signIns.last?.id)
                }
            }
            users.changed += batch.found.changed
            users.unreadable += batch.found.unreadable
            users.unchanged += batch.found.unchanged
            users.recent += batch.found.recent
            guard let next = batch.last else { break }
            after = next
        }
        users.changed.sort { $0.signIn.seenAt > $1.signIn.seenAt }
        users.unreadable.sort { $0.seenAt > $1.seenAt }
        return users
    }
}

extension MappingPreview.Person {
    fileprivate init(
        _ signIn: LastSignIn, _ claims: VerifiedClaims, before: Entitlement, after: Entitlement,
        under table: MappingTable, isVerified: Bool
    ) {
        self.signIn = signIn
        (self.before, self.after) = (before.role, after.role)
        name = claims.payload.shownName
        isUnverified = !isVerified && signIn.email.map { _ in true } ?? false
        (ruleBefore, ruleAfter, reason) = (before.mapping, after.mapping, after.reason)
        let matching = after.mapping.flatMap { table.row($0) }?.arrived(in: claims.payload) ?? []
        values = Array(matching.lazy.filter { $0.comparison == .equal }.map(\.text).prefix(3))
    }
}
