package import AccessUseCases
internal import Databases
package import Endpoints
internal import Grants
internal import Inventory
internal import Policy
package import WorkspaceMetrics

extension ManagementFactory {
    /// The check of a publisher's permission in the transactions of each write.
    package func authorization(_ permitted: PermittedCaller) -> WriteAuthorization {
        let (access, publisher, organization) = (access, actor(permitted), permitted.permit.organization)
        return WriteAuthorization { transaction throws(DatabaseError) in
            switch try access.refusal(of: publisher, in: organization, transaction) {
            case nil: nil
            case .signedOut: .signedOut
            case .notPermitted(let isMember): .notPermitted(isMember: isMember)
            case .some: .notPermitted(isMember: false)
            }
        }
    }
}
