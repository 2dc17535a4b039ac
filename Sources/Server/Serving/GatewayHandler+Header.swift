internal import AccessUseCases
internal import ClaimMapping
internal import Databases
internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import Management
internal import Policy
internal import RuntimeConfiguration
internal import Snapshots
internal import Tokens

// The header of an organization's pages shows the number of open access requests and the user's other organizations.
extension GatewayHandler {
    /// The most organizations that a page's menu lists.
    private static let menuLimit = 10

    /// What the header shows of the caller's organizations.
    enum Menu {
        case known([OtherOrganization])
        /// The work that evaluates the other organizations, which is too long for a reactor. The result is nil if it
        /// could not be done.
        case unknown(@Sendable () async -> [EvaluatedOrganization]?)
    }

    /// An organization with a caller's access to it.
    struct EvaluatedOrganization: Sendable {
        let organization: RuntimeConfiguration.Organization
        let entitlement: Entitlement
    }

    /// Finds the caller's other organizations for the menu of a page.
    func menu(_ context: RequestContext, _ endpoint: Endpoint, _ caller: Caller) -> Menu {
        // What the head of the request refuses waits for nothing.
        guard endpoint.kind == .page, case .permitted(_, let handler) = endpoint.access,
            handler.refusal(of: context) == nil,
            let own = context.configuration.organization(context.variable("org"))
        else { return .known([]) }
        let claims = caller.claims
        let accepting = context.state.rules.organizations(accepting: claims.provider)
        guard accepting.count > 1, accepting.count <= GatewayHandler.menuLimit,
            // A caller without access to this organization gets no page of it.
            entitlement(of: caller, in: own, context).role != nil
        else { return .known([]) }
        let others = accepting.filter { $0.id != own.id }.compactMap { context.configuration.organization($0.id) }
        let known = others.compactMap { organization in
            entitlements.entitlement(of: claims, in: organization).map {
                EvaluatedOrganization(organization: organization, entitlement: $0)
            }
        }
        guard known.count < others.count else { return .known(GatewayHandler.menu(of: known)) }
        let (state, database) = (context.state, services.stores.database)
        return .unknown {
            try? await database.compute {
                others.map {
                    EvaluatedOrganization(
                        organization: $0, entitlement: state.entitlement(of: claims, under: $0.rules))
                }
            }
        }
    }

    /// The organizations in which the caller has a role, as the menu lists them.
    static func menu(of evaluated: [EvaluatedOrganization]) -> [OtherOrganization] {
        evaluated.compactMap { item in
            item.entitlement.role.map {
                OtherOrganization(id: item.organization.rules.id, name: item.organization.name, role: $0)
            }
        }
    }

    /// Keeps evaluations for the next page, unless rules or grants have changed since they began.
    func keep(_ evaluated: [EvaluatedOrganization], of caller: Caller, since generation: UInt64) {
        guard entitlements.generation == generation else { return }
        for item in evaluated { entitlements.keep(item.entitlement, of: caller.claims, in: item.organization) }
    }

    /// The work that reads the number of open access requests for the tabs of a manager's page. Returns nil if the page
    /// does not show it, or if the known number is recent.
    func requestCount(
        _ context: RequestContext, _ endpoint: Endpoint, _ caller: Caller
    ) -> (@Sendable () async -> Void)? {
        guard endpoint.kind == .page, endpoint.method == .get, endpoint.permission != nil,
            let organization = context.configuration.organization(context.variable("org")),
            entitlement(of: caller, in: organization, context).role == .manager
        else { return nil }
        return services.openRequests.reading(of: organization.id)
    }
}
