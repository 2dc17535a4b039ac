public import ClaimMapping
public import Databases
public import Identities
internal import Policy
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// What a planned change takes away from an organization's managers.
struct ManagerDeparture: Sendable {
    static let none = ManagerDeparture()

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

/// A user whose opened claims map to manager, as found outside of a write transaction.
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

/// The result of a search for a user who manages an organization after a planned change. Claims are opened and
/// evaluated by the search, outside of the write transaction; inside it, rows are only compared.
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
    /// A manager after the change; nil if there is none, or if a grant remains.
    var witness: ManagerWitness?
    /// A manager before the change; searched only if none remains after it.
    var predecessor: ManagerWitness?

    /// Whether the organization has a manager after the change.
    var isAny: Bool { hasGrant || witness != nil }
}

extension AccessStore {
    /// The maximum age, in seconds, of claims that count for the lockout check.
    static let memory: Int64 = 30 * 86400
    private static let searchBatch = 100

    static func isRecent(_ signIn: LastSignIn, at moment: Timestamp) -> Bool {
        signIn.seenAt.lasts(.seconds(memory), at: moment)
    }

    /// Returns true if an organization has a manager. A manager is an unsuspended identity with a manager grant at a
    /// listed provider, or a user who signed in recently with claims that map to manager.
    ///
    /// - Parameter proposal: rules in place of the stored ones; nil for those in force.
    public func hasManager(
        _ organization: OrganizationID, proposing proposal: PreparedRules? = nil
    ) async throws(DatabaseError) -> Bool {
        try await searchManager(of: organization, proposing: proposal, without: .none).isAny
    }

    /// Searches for a user who manages an organization after a change.
    ///
    /// - Parameters:
    ///   - proposal: the stored rules after the change; nil if it does not change them.
    ///   - departure: the users whom the change takes away.
    func searchManager(
        of organization: OrganizationID, proposing proposal: PreparedRules? = nil, without departure: ManagerDeparture
    ) async throws(DatabaseError) -> ManagerSearch {
        let (settings, moment) = (settings.read().value, now())
        let stored = proposal ?? snapshots.read().value.mappings(of: organization)
        // A sign-in takes its time before its transaction.
        let since = moment - .seconds(10)
        let (hasGrant, recent) = try await database.read { transaction throws(DatabaseError) in
            (
                try AccessStore.hasManagerGrant(organization, under: settings.rules, without: departure, transaction),
                try AccessStore.signIns(organization, since: since, transaction)
            )
        }
        var search = ManagerSearch(
            organization: organization, rules: settings.rules, stored: stored, isProposal: proposal != nil,
            since: since, recent: Dictionary(recent.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
            hasGrant: hasGrant)
        guard !hasGrant else { return search }
        // Stored roles find most managers; the evaluation of their claims decides.
        if proposal == nil { try await evaluateUsers(of: organization) }
        search.witness = try await witness(search, settings, without: departure, at: moment)
        if search.witness == nil, departure.suspends {
            search.predecessor = try await witness(search, settings, without: .none, at: moment)
        }
        return search
    }

    /// Finds a manager by opened claims.
    private func witness(
        _ search: ManagerSearch, _ settings: AccessSettings, without departure: ManagerDeparture, at moment: Timestamp
    ) async throws(DatabaseError) -> ManagerWitness? {
        guard let tag = settings.rules.tag(of: search.organization, with: search.stored) else { return nil }
        let (organization, isProposal) = (search.organization, search.isProposal)
        let found = try await database.read { transaction throws(DatabaseError) -> ManagerWitness? in
            var found: ManagerWitness?
            func counts(_ row: Row) throws(DatabaseError) -> Bool {
                found = try AccessStore.witness(
                    AccessStore.signIn(row, organization), search, settings, without: departure, at: moment, transaction
                )
                return found != nil
            }
            let oldest = SQLValue.integer(moment.seconds - AccessStore.memory)
            // Users with a stored manager role are likely to remain managers under proposed rules too.
            _ = try transaction.contains(
                """
                SELECT \(AccessStore.signInColumns) FROM person_seen
                WHERE organization = $1 AND mapped_role = $2 AND seen_at > $3 LIMIT $4
                """, .text(organization.text), .text(Role.manager.rawValue), oldest,
                .integer(isProposal ? AccessStore.searchBatch : .max), where: counts)
            if found != nil || isProposal { return found }
            _ = try transaction.contains(
                "SELECT \(AccessStore.signInColumns) FROM person_seen WHERE \(AccessStore.isOutdated) AND seen_at > $3",
                .text(organization.text), .text(tag.text), oldest, where: counts)
            return found
        }
        guard found == nil, isProposal else { return found }
        // Every user may have another role under proposed rules. Other reads run between the batches.
        var after: IdentityID?
        while true {
            let last = after
            let (found, next) = try await database.read {
                transaction throws(DatabaseError) -> (ManagerWitness?, IdentityID?) in
                let batch = AccessStore.searchBatch
                let signIns = try AccessStore.signIns(organization, after: last, limit: batch, transaction)
                for signIn in signIns {
                    let found = try AccessStore.witness(
                        signIn, search, settings, without: departure, at: moment, transaction)
                    if let found { return (found, nil) }
                }
                return (nil, signIns.count < batch ? nil : signIns.last?.id)
            }
            guard found == nil, let next else { return found }
            after = next
        }
    }

    /// Opens and evaluates the claims of one user. Returns nil if the user does not manage the organization after the
    /// change.
    private static func witness(
        _ signIn: LastSignIn, _ search: ManagerSearch, _ settings: AccessSettings,
        without departure: ManagerDeparture, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> ManagerWitness? {
        let rules = settings.rules
        guard isRecent(signIn, at: moment), rules.isSignInPossible(through: signIn.provider),
            let claims = settings.claims(of: signIn), rules.isSignInPossible(through: claims.provider),
            let all = rules.rules(of: search.organization, with: search.stored)
        else { return nil }
        let trust = rules.emailTrust(of: claims.provider)
        guard all.evaluate(claims.known, from: claims.provider, emailTrust: trust).role == .manager else { return nil }
        let witness = ManagerWitness(
            signIn: signIn, verifiedEmail: trust.verifiedEmail(of: claims.known),
            isEmailUnknown: trust.isVerifiedEmailUnknown(of: claims.known))
        let isLeaving = departure.covers(
            signIn.id, [signIn.verifiedEmail, witness.verifiedEmail], isEmailUnknown: witness.isEmailUnknown)
        guard !isLeaving, try witness.isUnsuspended(transaction) else { return nil }
        return witness
    }

    fileprivate static func signIns(
        _ organization: OrganizationID, since: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [LastSignIn] {
        try transaction.all(
            "SELECT \(signInColumns) FROM person_seen WHERE organization = $1 AND seen_at >= $2",
            .text(organization.text), .integer(since.seconds)
        ) { row throws(DatabaseError) in try signIn(row, organization) }
    }

    /// Returns true if an unsuspended identity of a listed provider holds a manager grant.
    ///
    /// - Parameter departure: the access that a planned change removes.
    static func hasManagerGrant(
        _ organization: OrganizationID, under rules: AccessRules, without departure: ManagerDeparture = .none,
        _ transaction: Transaction
    ) throws(DatabaseError) -> Bool {
        try transaction.contains(
            "SELECT issuer, subject, email, id FROM access_grant WHERE organization = $1 AND role = $2",
            .text(organization.text), .text(Role.manager.rawValue)
        ) { row throws(DatabaseError) in
            let identity = identity(row, 0, 1)
            guard rules.lists(issuer: identity.issuer, in: organization), !departure.grant.isExactly(row.text(3)) else {
                return false
            }
            let id = try id(of: identity)
            // A user who has not signed in yet is known by the address that an invitation verified.
            let seen = try signIn(of: id, in: organization, transaction)
            let email = if let seen { seen.verifiedEmail } else { email(row, 2) }
            guard !departure.covers(id, [email], isEmailUnknown: false) else { return false }
            return try !isSuspended(id, email, in: organization, transaction)
        }
    }
}
