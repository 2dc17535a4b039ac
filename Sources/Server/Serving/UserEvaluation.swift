internal import ClaimMapping
internal import Grants
internal import Identities
internal import Policy
internal import Synchronization

/// Keeps the stored access of users up to date in the background: after a change of rules or settings, and periodically
/// in every organization, since another process may have used other rules.
final class UserEvaluation: Sendable {
    private let access: AccessStore
    /// The rules by which all users of an organization were evaluated.
    private let done = Mutex<[OrganizationID: RulesTag]>([:])

    init(_ access: AccessStore) {
        self.access = access
    }

    /// Performs one round. An organization that cannot be finished is tried again in the next one.
    ///
    /// - Parameter isThorough: true if organizations with unchanged rules are checked too.
    func perform(isThorough: Bool) async {
        let state = access.state
        for id in state.rules.organizations where !Task.isCancelled {
            let tag = state.rules.tag(of: id, with: state.snapshot.mappings(of: id))
            guard isThorough || tag != done.withLock({ $0[id] }) else { continue }
            let evaluated = try? await access.evaluateUsers(of: id)
            done.withLock { $0[id] = evaluated ?? nil }
        }
        let known = Set(state.rules.organizations)
        done.withLock { done in done = done.filter { known.contains($0.key) } }
    }
}
