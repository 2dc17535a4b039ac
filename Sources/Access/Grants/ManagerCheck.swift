internal import Databases
internal import Identities
internal import Policy
internal import Time

/// The effect of a change on an organization's managers.
enum ManagerVerdict: Sendable {
    /// A manager remains, or there was none before.
    case kept
    /// The organization would lose its last manager.
    case lost
    /// The state has changed since the search, so that the effect is unknown.
    case outdated
}

/// The check inside a transaction that a change leaves a manager. It compares rows with a search, and opens no claims.
struct ManagerCheck {
    private let search: ManagerSearch
    private let current: CurrentRules
    private let moment: Timestamp
    /// Whether there was a manager before the change; nil if the search cannot tell.
    private let hadManager: Bool?

    /// Begins the check; call it before the change.
    ///
    /// - Parameter isRequired: true if the change is lost even if there was no manager before.
    init(
        _ search: ManagerSearch, under current: CurrentRules, at moment: Timestamp, isRequired: Bool = false,
        _ transaction: Transaction
    ) throws(DatabaseError) {
        self.search = search
        self.current = current
        self.moment = moment
        if isRequired {
            hadManager = true
            return
        }
        let grant = try search.managerGrant(under: current.rules, transaction)
        if grant == .found {
            hadManager = true
        } else if let predecessor = search.predecessor, try predecessor.stands(at: moment, transaction) {
            hadManager = true
        } else {
            hadManager = grant == .notEvaluated ? nil : false
        }
    }

    /// Returns the effect of the change; call it after the change, in the same transaction.
    func verdict(_ transaction: Transaction) throws(DatabaseError) -> ManagerVerdict {
        let grant = try search.managerGrant(under: current.rules, transaction)
        if grant == .found { return .kept }
        guard isOfCurrentRules else { return .outdated }
        if let witness = search.witness, try witness.stands(at: moment, transaction) { return .kept }
        // A manager whom the search found is gone, or a user signed in since.
        if search.isAny || grant == .notEvaluated { return .outdated }
        if try hasNewSignIn(transaction) { return .outdated }
        guard let hadManager else { return .outdated }
        if hadManager { return .lost }
        return search.predecessor == nil ? .kept : .outdated
    }

    /// Whether the rules of the search are those in force.
    private var isOfCurrentRules: Bool {
        guard search.rules.isSameReading(as: current.rules) else { return false }
        if search.isProposal || search.stored === current.stored { return true }
        return current.rules.tag(of: search.organization, with: current.stored)
            == search.rules.tag(of: search.organization, with: search.stored)
    }

    /// Returns true if a user signed in since the search began.
    private func hasNewSignIn(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        try transaction.contains(
            "SELECT \(AccessStore.signInColumns) FROM person_seen WHERE organization = $1 AND seen_at >= $2",
            .text(search.organization.text), .integer(search.since.seconds)
        ) { row throws(DatabaseError) in
            let signIn = try AccessStore.signIn(row, search.organization)
            return !(search.recent[signIn.id]?.isSameSignIn(as: signIn) ?? false)
        }
    }
}

extension ManagerSearch {
    /// Finds a manager grant that counts now. It opens no claims: a holder counts as it was evaluated, if its last sign-in
    /// and the rules are still those of the search.
    fileprivate func managerGrant(
        under current: AccessRules, _ transaction: Transaction
    ) throws(DatabaseError) -> ManagerGrantFinding {
        let isSameReading = rules.isSameReading(as: current)
        return try AccessStore.managerGrant(
            organization, under: current,
            evaluated: { signIn in
                guard isSameReading, let holder = holders[signIn.id], holder.signIn.isSameSignIn(as: signIn) else {
                    return nil
                }
                return holder
            }, transaction)
    }
}
