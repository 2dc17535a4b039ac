internal import ClaimMapping
internal import Databases
internal import Grants
internal import Organizations
internal import Snapshots
internal import Synchronization

/// Keeps the stored access of people seen up to date beside the requests: after a change of rules or settings, and now
/// and then in every organization, since another process may have judged by other rules.
final class PeopleJudging: Sendable {
    private let deployments: Published<Deployment>
    private let access: AccessStore
    /// The rules that all people of an organization are judged by.
    private let done = Mutex<[OrganizationID: RulesTag]>([:])

    init(_ deployments: Published<Deployment>, _ access: AccessStore) {
        self.deployments = deployments
        self.access = access
    }

    /// One round. An organization that cannot be finished is tried again in the next one.
    ///
    /// - Parameter isThorough: whether to look at organizations whose rules have not changed.
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
