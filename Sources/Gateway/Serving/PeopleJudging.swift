internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import Snapshots
internal import Synchronization

/// Keeps the stored roles of users seen up to date beside the requests: after a change of rules or settings, and
/// periodically in every organization, since another process may have used other rules.
final class PeopleJudging: Sendable {
    private let deployments: Published<Deployment>
    private let access: AccessStore
    /// The rules by which all users of an organization were evaluated.
    private let done = Mutex<[OrganizationID: RulesTag]>([:])

    init(_ deployments: Published<Deployment>, _ access: AccessStore) {
        self.deployments = deployments
        self.access = access
    }

    /// Performs one round. An organization that cannot be finished is tried again in the next one.
    ///
    /// - Parameter isThorough: true if organizations with unchanged rules are checked too.
    func perform(isThorough: Bool) async {
        let deployment = deployments.read().value
        let snapshot = access.snapshots.read().value
        let rules = Deployment.peopleRules(of: deployments)
        for organization in deployment.organizations where !Task.isCancelled {
            let id = organization.id
            let tag = deployment.tag(of: organization.rules(with: snapshot))
            guard isThorough || tag != done.withLock({ $0[id] }) else { continue }
            let judged = try? await access.judgePeople(of: id, by: rules)
            done.withLock { $0[id] = judged ?? nil }
        }
        let known = Set(deployment.organizations.map(\.id))
        done.withLock { done in done = done.filter { known.contains($0.key) } }
    }
}
