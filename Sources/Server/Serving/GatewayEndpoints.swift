internal import APIDescription
internal import AccessAPI
internal import AccessPages
internal import AccessUseCases
internal import AuditLogPages
internal import Endpoints
internal import MetricsAPI
internal import MetricsPages
internal import MetricsUseCases
internal import PeoplePages
internal import SignInFlow
internal import SignInPages
internal import Threads
internal import UpstreamPages

/// The combined table of endpoints. Each area contributes its own.
///
/// Each reactor has its own instance, since areas may have caches that belong to a reactor.
struct GatewayEndpoints {
    let all: [Endpoint]
    let router: Router

    /// - Parameter isDemo: whether the sheet of the pages' components is served.
    init(
        _ metrics: MetricsReplies, _ signIn: SignInServices, _ management: ManagementFactory, _ sessions: OwnSessions,
        _ access: OwnAccess, isDemo: Bool, to confinement: Confinement
    ) {
        let acceptances = Acceptances(management: management)
        let described =
            IdentityAPI(sessions: sessions, access: access).endpoints
            + WorkspacesAPI(metrics: metrics, pages: Confined(PageCache(), to: confinement)).endpoints
            + InventoryAPI(metrics: metrics, management: management).endpoints
            + DeniedSignInsAPI(management: management).endpoints
            + AuditAPI(management: management).endpoints
            + MembersAPI(management: management).endpoints
            + InvitationsAPI(management: management).endpoints
            + MappingsAPI(management: management).endpoints
            + UpstreamsAPI(management: management).endpoints
            + AcceptanceAPI(acceptances: acceptances).endpoints
        all =
            HomePages(access: access).endpoints
            + OrganizationPages(metrics: metrics).endpoints + UsagePages(metrics: metrics).endpoints
            + PeopleEndpoints(management: management).all + ManagementPages(management: management).endpoints
            + UpstreamPages(management: management).endpoints + AuditPages(management: management).endpoints
            + AccountPages(sessions: sessions, access: access).endpoints
            + AcceptancePages(acceptances: acceptances).endpoints
            + SignInEndpoints(services: signIn).all
            + described
            + [OpenAPI.endpoint(describing: described)]
            + (isDemo ? [ComponentSheet.endpoint] : [])
        do throws(Router.TableError) {
            router = try Router(all)
        } catch {
            preconditionFailure("the table of endpoints has a fault: \(error)")
        }
    }
}
