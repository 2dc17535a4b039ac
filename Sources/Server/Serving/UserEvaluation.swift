internal import ClaimMapping
internal import Grants
internal import Identities
internal import Policy
internal import Synchronization

/// Keeps the stored access of users up to date in the background, after a change of rules or settings. Every
/// organization is also evaluated periodically, since another process may have used other rules.
final class UserEvaluation: Sendable {
    private struct Progress {
        /// The rules by which all users of an organization were evaluated.
        var done: [OrganizationID: RulesTag] = [:]
        /// The reading of the configuration that ``seen`` belongs to.
        var rules: AccessRules?
        /// The stored rules of the organizations that were found to be done. The same rules need no new tag, which
        /// costs a digest.
        var seen: [OrganizationID: PreparedRules] = [:]
    }

    private let access: AccessStore
    private let progress = Mutex(Progress())

    init(_ access: AccessStore) {
        self.access = access
    }

    /// Performs one round. An organization that cannot be finished is tried again in the next one.
    ///
    /// - Parameter isThorough: true if organizations with unchanged rules are checked too.
    func perform(isThorough: Bool) async {
        let state = access.state
        let (rules, snapshot) = (state.rules, state.snapshot)
        begin(with: rules)
        for id in rules.organizations where !Task.isCancelled {
            let stored = snapshot.mappings(of: id)
            guard isThorough || progress.withLock({ $0.seen[id] !== stored }) else { continue }
            let tag = rules.tag(of: id, with: stored)
            if isThorough || tag != progress.withLock({ $0.done[id] }) {
                let evaluated = try? await access.evaluateUsers(of: id)
                progress.withLock { $0.done[id] = evaluated ?? nil }
            }
            progress.withLock { $0.seen[id] = tag != nil && $0.done[id] == tag ? stored : nil }
        }
    }

    /// Forgets what a new reading of the configuration may have changed.
    private func begin(with rules: AccessRules) {
        progress.withLock { progress in
            guard progress.rules?.isSameReading(as: rules) != true else { return }
            let known = Set(rules.organizations)
            progress.done = progress.done.filter { known.contains($0.key) }
            (progress.rules, progress.seen) = (rules, [:])
        }
    }
}
