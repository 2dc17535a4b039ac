internal import ClaimMapping
internal import Databases
internal import Identities
internal import Policy
package import Time
internal import Tokens

/// The input of a search for a user who manages an organization after a planned change. Its functions open claims
/// inside a transaction.
struct ManagerQuery: Sendable {
    private static let batch = 100

    let organization: OrganizationID
    let settings: AccessSettings
    /// The stored rules after the change, and whether they are proposed and not in force yet.
    let stored: PreparedRules
    let isProposal: Bool
    private(set) var removal: ManagerRemoval
    let moment: Timestamp

    /// - Parameters:
    ///   - proposal: the stored rules after the change; nil if it does not change them.
    ///   - removal: the users whom the change takes away.
    init(
        _ organization: OrganizationID, under current: CurrentRules, proposing proposal: PreparedRules? = nil,
        without removal: ManagerRemoval = .none, at moment: Timestamp
    ) {
        self.organization = organization
        settings = current.settings
        stored = proposal ?? current.stored
        isProposal = proposal != nil
        self.removal = removal
        self.moment = moment
    }

    /// The query for a manager before the change.
    var beforeRemoval: ManagerQuery {
        var query = self
        query.removal = .none
        return query
    }

    /// Performs the whole search in one transaction, which may open the claims of every user.
    ///
    /// - Parameter prepared: the search that was made before the transaction, which is returned; nil if none was made.
    func search(unless prepared: ManagerSearch?, _ transaction: Transaction) throws(DatabaseError) -> ManagerSearch {
        if let prepared { return prepared }
        var search = try searchWithoutWitness(transaction)
        guard !search.hasGrant else { return search }
        search.witness = try witness(transaction)
        if search.witness == nil, removal.suspends {
            search.predecessor = try beforeRemoval.witness(transaction)
        }
        return search
    }

    /// Finds a manager by opened claims.
    func witness(_ transaction: Transaction) throws(DatabaseError) -> ManagerWitness? {
        let likely = try likelyWitness(transaction)
        guard likely == nil, isProposal else { return likely }
        var after: IdentityID?
        while true {
            let (found, next) = try witness(after: after, transaction)
            guard found == nil, let next else { return found }
            after = next
        }
    }

    // MARK: Parts

    /// Begins a search: evaluates the holders of manager grants, and finds the recent sign-ins.
    func searchWithoutWitness(_ transaction: Transaction) throws(DatabaseError) -> ManagerSearch {
        // A sign-in takes its time before its transaction.
        let since = moment - .seconds(10)
        let holders = try AccessStore.managerGrantHolders(organization, under: settings, transaction)
        let grant = try AccessStore.managerGrant(
            organization, under: settings.rules, without: removal, evaluated: { holders[$0.id] }, transaction)
        let recent = try AccessStore.signIns(organization, since: since, transaction)
        return ManagerSearch(
            organization: organization, rules: settings.rules, stored: stored, isProposal: isProposal, since: since,
            recent: Dictionary(recent.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
            hasGrant: grant == .found, holders: holders)
    }

    // `+` keeps the index of sign-in times out of the plans: it would read all users of the last 30 days.
    static let likely = """
        SELECT \(AccessStore.signInColumns) FROM person_seen
        WHERE organization = $1 AND mapped_role = $2 AND +seen_at > $3 LIMIT $4
        """
    static let outdated =
        "SELECT \(AccessStore.signInColumns) FROM person_seen WHERE \(AccessStore.isOutdated) AND +seen_at > $3"

    /// Finds a manager among the users with a stored manager role and, under rules in force, those who were not
    /// evaluated under them. Under rules in force no other user can be one.
    func likelyWitness(_ transaction: Transaction) throws(DatabaseError) -> ManagerWitness? {
        guard let tag = settings.rules.tag(of: organization, with: stored) else { return nil }
        var found: ManagerWitness?
        func counts(_ row: Row) throws(DatabaseError) -> Bool {
            found = try witness(AccessStore.signIn(row, organization), transaction)
            return found != nil
        }
        let oldest = SQLValue.integer(moment.seconds - AccessStore.memory)
        // Users with a stored manager role are likely to remain managers under proposed rules too.
        _ = try transaction.contains(
            ManagerQuery.likely, .text(organization.text), .text(Role.manager.rawValue), oldest,
            .integer(isProposal ? ManagerQuery.batch : .max), where: counts)
        if found != nil || isProposal { return found }
        _ = try transaction.contains(
            ManagerQuery.outdated, .text(organization.text), .text(tag.text), oldest, where: counts)
        return found
    }

    /// Finds a manager in the next batch of all users. Under proposed rules, every user may have another role.
    ///
    /// - Returns: the manager, or the user after whom the next batch begins; both are nil at the end.
    func witness(
        after last: IdentityID?, _ transaction: Transaction
    ) throws(DatabaseError) -> (found: ManagerWitness?, next: IdentityID?) {
        let signIns = try AccessStore.signIns(organization, after: last, limit: ManagerQuery.batch, transaction)
        for signIn in signIns {
            if let found = try witness(signIn, transaction) { return (found, nil) }
        }
        return (nil, signIns.count < ManagerQuery.batch ? nil : signIns.last?.id)
    }

    /// Opens and evaluates the claims of one user. Returns nil if the user does not manage the organization after the
    /// change.
    private func witness(
        _ signIn: LastSignIn, _ transaction: Transaction
    ) throws(DatabaseError) -> ManagerWitness? {
        let rules = settings.rules
        guard AccessStore.isRecent(signIn, at: moment), rules.isSignInPossible(through: signIn.provider),
            let claims = settings.claims(of: signIn), rules.isSignInPossible(through: claims.provider),
            let all = rules.rules(of: organization, with: stored)
        else { return nil }
        let trust = rules.emailTrust(of: claims.provider)
        guard all.evaluate(claims.known, from: claims.provider, emailTrust: trust).role == .manager else { return nil }
        let witness = ManagerWitness(
            signIn: signIn, verifiedEmail: trust.verifiedEmail(of: claims.known),
            isEmailUnknown: trust.isVerifiedEmailUnknown(of: claims.known))
        let isLeaving = removal.covers(
            signIn.id, [signIn.verifiedEmail, witness.verifiedEmail], isEmailUnknown: witness.isEmailUnknown)
        guard !isLeaving, try witness.isUnsuspended(transaction) else { return nil }
        return witness
    }
}

extension AccessStore {
    /// The maximum age, in seconds, of claims that count for the lockout check.
    static let memory: Int64 = 30 * 86400

    package static func isRecent(_ signIn: LastSignIn, at moment: Timestamp) -> Bool {
        signIn.seenAt.lasts(.seconds(memory), at: moment)
    }

    fileprivate static func signIns(
        _ organization: OrganizationID, since: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> [LastSignIn] {
        try transaction.all(
            "SELECT \(signInColumns) FROM person_seen WHERE organization = $1 AND seen_at >= $2",
            .text(organization.text), .integer(since.seconds)
        ) { row throws(DatabaseError) in try signIn(row, organization) }
    }
}
