internal import Snapshots
internal import Threads
internal import WorkspaceMetrics

/// The combined table of endpoints. Each area contributes its own.
///
/// Each reactor has its own instance, since areas may have caches that belong to a reactor.
struct GatewayEndpoints {
    let all: [Endpoint]
    let router: Router

    init(
        _ deployments: Published<Deployment>, _ metrics: MetricsAPI, _ service: SignInService,
        to confinement: Confinement
    ) {
        let management = ManagementFactory(deployments: deployments, service: service)
        let described =
            IdentityAPI(service: service).endpoints
            + WorkspacesAPI(metrics: metrics, pages: Confined(PageCache(), to: confinement)).endpoints
            + InventoryAPI(metrics: metrics, management: management).endpoints
            + DeniedSignInsAPI(service: service).endpoints
            + AuditAPI(management: management).endpoints
            + MembersAPI(management: management).endpoints
            + InvitationsAPI(management: management).endpoints
            + MappingsAPI(management: management).endpoints
            + AcceptanceAPI(deployments: deployments, service: service).endpoints
        all =
            HomePages().endpoints
            + OrganizationPages(metrics: metrics).endpoints
            + MembersPages(management: management).endpoints
            + MappingsPages(management: management).endpoints
            + ExplainPages(management: management).endpoints
            + AuditPages(management: management).endpoints
            + AccountPages(service: service).endpoints
            + AcceptancePages(deployments: deployments, service: service).endpoints
            + SignInEndpoints(service: service).all
            + described
            + [OpenAPI.endpoint(describing: described)]
        do throws(Router.TableError) {
            router = try Router(all)
        } catch {
            preconditionFailure("the table of endpoints has a fault: \(error)")
        }
    }
}
