public import ClaimMapping
public import Databases
public import Identities
internal import Policy
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// What a planned change takes away from an organization's managers.
struct ManagerRemoval: Sendable {
    static let none = ManagerRemoval()

    /// The grant that is revoked.
    var grant: String?
    /// The identity that is suspended.
    var id: IdentityID?
    /// The addresses that are suspended.
    var emails: Set<EmailAddress> = []

    /// Whether the change suspends an identity or address.
    var suspends: Bool { id != nil || !emails.isEmpty }

    /// Returns true if the change suspends a user.
    ///
    /// - Parameter isEmailUnknown: whether the user may have a verified address that is not known; it could be one of
    ///   the suspended ones.
    func covers(_ id: IdentityID, _ verified: [EmailAddress?], isEmailUnknown: Bool) -> Bool {
        self.id == id || isEmailUnknown && !emails.isEmpty
            || verified.contains { email in email.map(emails.contains) ?? false }
    }
}

/// A user whose opened claims map to manager.
struct ManagerWitness: Sendable {
    /// The row as it was when its claims were opened.
    let signIn: LastSignIn
    /// The address that counts as verified under the rules of the search.
    let verifiedEmail: EmailAddress?
    let isEmailUnknown: Bool

    /// Returns true if the row is unchanged and recent, and the user is not suspended.
    func stands(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        guard let row = try AccessStore.signIn(of: signIn.id, in: signIn.organization, transaction),
            row.isSameSignIn(as: signIn), AccessStore.isRecent(row, at: moment)
        else { return false }
        return try isUnsuspended(transaction)
    }

    func isUnsuspended(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        let organization = signIn.organization
        // The unknown address could be a suspended one.
        if isEmailUnknown, try AccessStore.suspendsAddresses(in: organization, transaction) { return false }
        for email in [signIn.verifiedEmail, verifiedEmail] {
            if try AccessStore.isSuspended(signIn.id, email, in: organization, transaction) { return false }
        }
        return true
    }
}

/// The result of a search for a user who manages an organization after a planned change. The search opens and evaluates
/// claims, usually before the write transaction. A ``ManagerCheck`` only compares rows.
struct ManagerSearch: Sendable {
    let organization: OrganizationID
    /// The rules under which claims were evaluated.
    let rules: AccessRules
    /// The stored rules under which claims were evaluated, and whether they are proposed and not in force yet.
    let stored: PreparedRules
    let isProposal: Bool
    /// The sign-ins from this time on are compared with ``recent``, to notice new ones.
    let since: Timestamp
    let recent: [IdentityID: LastSignIn]
    /// Whether a manager grant remains after the change.
    let hasGrant: Bool
    /// All holders of manager grants who have signed in, even those whose grant did not decide the search.
    let holders: [IdentityID: ManagerGrantHolder]
    /// A manager after the change; nil if there is none, or if a grant remains.
    var witness: ManagerWitness?
    /// A manager before the change; searched only if none remains after it.
    var predecessor: ManagerWitness?

    /// Whether the organization has a manager after the change.
    var isAny: Bool { hasGrant || witness != nil }
}

extension AccessStore {
    /// Returns true if an organization has a manager. A manager is an unsuspended identity with a manager grant at a
    /// listed provider. A user who signed in recently with claims that map to manager is one too.
    ///
    /// - Parameter proposal: rules in place of the stored ones; nil for those in force.
    public func hasManager(
        _ organization: OrganizationID, proposing proposal: PreparedRules? = nil
    ) async throws(DatabaseError) -> Bool {
        try await searchManager(of: organization, proposing: proposal, without: .none).isAny
    }

    /// Searches for a user who manages an organization after a change. Other reads run between its batches.
    ///
    /// - Parameters:
    ///   - proposal: the stored rules after the change; nil if it does not change them.
    ///   - removal: the users whom the change takes away.
    func searchManager(
        of organization: OrganizationID, proposing proposal: PreparedRules? = nil, without removal: ManagerRemoval
    ) async throws(DatabaseError) -> ManagerSearch {
        let query = ManagerQuery(
            organization, under: currentRules(of: organization), proposing: proposal, without: removal, at: now())
        var search = try await database.read { transaction throws(DatabaseError) in
            try query.searchWithoutWitness(transaction)
        }
        guard !search.hasGrant else { return search }
        // Stored roles find most managers; the evaluation of their claims decides.
        if proposal == nil { try await evaluateUsers(of: organization) }
        search.witness = try await witness(query)
        if search.witness == nil, removal.suspends {
            search.predecessor = try await witness(query.beforeRemoval)
        }
        return search
    }

    private func witness(_ query: ManagerQuery) async throws(DatabaseError) -> ManagerWitness? {
        let likely = try await database.read { transaction throws(DatabaseError) in
            try query.likelyWitness(transaction)
        }
        guard likely == nil, query.isProposal else { return likely }
        var after: IdentityID?
        while true {
            let last = after
            let (found, next) = try await database.read { transaction throws(DatabaseError) in
                try query.witness(after: last, transaction)
            }
            guard found == nil, let next else { return found }
            after = next
        }
    }
}
