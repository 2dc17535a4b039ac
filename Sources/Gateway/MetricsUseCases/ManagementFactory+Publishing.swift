package import AccessUseCases
package import Endpoints
internal import Policy

extension ManagementFactory {
    /// Returns the check of a publisher's permission for the transactions of each write.
    package func authorization(_ permitted: PermittedCaller) -> PublisherAuthorization {
        PublisherAuthorization(
            access: access, publisher: actor(permitted), organization: permitted.permit.organization)
    }
}
