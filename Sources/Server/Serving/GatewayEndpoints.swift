internal import APIDescription
internal import AccessAPI
internal import AccessPages
internal import AccessUseCases
internal import Endpoints
internal import MetricsAPI
internal import MetricsPages
internal import MetricsUseCases
internal import RuntimeConfiguration
internal import SignInPages
internal import Snapshots
internal import Threads

/// The combined table of endpoints. Each area contributes its own.
///
/// Each reactor has its own instance, since areas may have caches that belong to a reactor.
struct GatewayEndpoints {
    let all: [Endpoint]
    let router: Router

    init(
        _ configurations: Published<RuntimeConfiguration>, _ metrics: MetricsReplies, _ services: GatewayServices,
        to confinement: Confinement
    ) {
        let stores = services.stores
        let management = ManagementFactory(
            configurations: configurations, stores: stores, outboxSignal: services.outboxSignal,
            checkpoints: services.checkpoints, log: services.log)
        let sessions = OwnSessions(stores.sessions)
        let acceptances = Acceptances(configurations: configurations, stores: stores, log: services.log)
        let described =
            IdentityAPI(sessions: sessions).endpoints
            + WorkspacesAPI(metrics: metrics, pages: Confined(PageCache(), to: confinement)).endpoints
            + InventoryAPI(metrics: metrics, management: management).endpoints
            + DeniedSignInsAPI(management: management).endpoints
            + AuditAPI(management: management).endpoints
            + MembersAPI(management: management).endpoints
            + InvitationsAPI(management: management).endpoints
            + MappingsAPI(management: management).endpoints
            + AcceptanceAPI(acceptances: acceptances).endpoints
        all =
            HomePages().endpoints
            + OrganizationPages(metrics: metrics).endpoints + UsagePages(metrics: metrics).endpoints
            + ManagementPages(management: management).endpoints
            + AccountPages(sessions: sessions).endpoints
            + AcceptancePages(acceptances: acceptances).endpoints
            + SignInEndpoints(services: services.signIn).all
            + described
            + [OpenAPI.endpoint(describing: described)]
        do throws(Router.TableError) {
            router = try Router(all)
        } catch {
            preconditionFailure("the table of endpoints has a fault: \(error)")
        }
    }
}
