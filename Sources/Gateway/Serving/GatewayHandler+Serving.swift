internal import Audit
internal import ClaimMapping
internal import Databases
internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import JSON
internal import Management
internal import Policy
internal import Sessions
internal import Snapshots
internal import Telemetry
internal import Tokens
internal import Web
internal import WorkspaceMetrics

extension GatewayHandler {
    /// Decides entitlement and permit, then dispatches to the route.
    func serve(_ match: RouteMatch, _ exchange: Exchange, _ caller: Caller) -> Answer {
        let (request, deployment, context) = (exchange.request, exchange.deployment, exchange.context)
        context.record.subject = caller.claims.identity.subject.text
        if let session = caller.session, request.method.changesState {
            // A page's form sends its token in the content, and it is checked when that is read.
            guard !RequestOrigin.isForeign(request, origin: deployment.publicURL),
                request.field(.formToken).map(session.token.isFormToken) ?? (match.route.kind == .page)
            else {
                return exchange.now(
                    .problem(
                        Problem(
                            .requestForgery,
                            detail: "Send the session's csrf_token (GET /api/v1/me) in the X-CSRF-Token field.")))
            }
        }
        guard let permission = match.route.permission(for: request.method) else {
            return serveIdentity(match, exchange, caller)
        }
        let organization = deployment.organization(match.organization)
        // A decision under other settings must not be remembered for the current ones.
        let isCurrent = deployment === current.value
        let state = AccessState(rules: deployment.accessRules, snapshot: access.value)
        let entitlement = organization.map { organization in
            isCurrent
                ? entitlements.entitlement(of: caller.claims, in: organization) {
                    state.entitlement(of: caller.claims, under: organization.rules)
                }
                : state.entitlement(of: caller.claims, under: organization.rules)
        }
        let decision = entitlement?.decide(permission)
        guard case .permit(let permit) = decision, let organization else {
            guard case .refuse(let reason) = decision else {
                return exchange.now(refuse(.organizationNotFound, match, exchange, caller))
            }
            let refusal = refuse(reason, match, exchange, caller)
            let (service, origin) = (service, exchange.origin)
            guard let new = entitlement.flatMap({ service.extensions.due(caller.claims, $0, under: state) }) else {
                return exchange.now(refusal)
            }
            return exchange.later { _ in
                await service.extend(new, origin)
                return refusal
            }
        }
        context.record.organization = permit.organization.text
        context.record.decision = "permit"
        counters.permits(figures, permit.role.rawValue)
        return dispatch(match, exchange, caller, permit, organization)
    }

    private func serveIdentity(_ match: RouteMatch, _ exchange: Exchange, _ caller: Caller) -> Answer {
        let identity = IdentityAPI(deployment: exchange.deployment, access: access.value, caller: caller)
        let service = service
        switch match.route {
        case .home: return exchange.now(PageRoutes.home(exchange, caller))
        case .acceptance: return acceptance(exchange, caller)
        case .acceptInvitation:
            let api = AcceptanceAPI(
                acceptance: Acceptance(
                    deployments: deployments, service: service, claims: caller.claims, origin: exchange.origin,
                    session: caller.session?.session.key), request: exchange.request)
            return exchange.later { body in await api.accept(body) }
        case .organizations:
            return exchange.now(identity.organizations(exchange.request.target.queryItems))
        case .mySession:
            let origin = exchange.origin
            return exchange.later { _ in await identity.end(match.item, service, origin) }
        default: return exchange.later { _ in await identity.me(service) }
        }
    }

    /// Accepts an invitation or shows it, for a user who may not be signed in yet.
    func acceptance(_ exchange: Exchange, _ caller: Caller?) -> Answer {
        let flow = AcceptanceFlow(
            deployment: exchange.deployment, deployments: deployments, service: service, request: exchange.request,
            origin: exchange.origin, claims: caller?.claims, session: caller?.session?.token)
        return exchange.request.method == .post
            ? exchange.later { body in await flow.accept(body) }
            : exchange.later { _ in await flow.show() }
    }

    private func dispatch(
        _ match: RouteMatch, _ exchange: Exchange, _ caller: Caller, _ permit: Permit,
        _ organization: Deployment.Organization
    ) -> Answer {
        let request = exchange.request
        switch match.route {
        case .organizationPage:
            return PageRoutes.organization(exchange, caller, permit, organization, metrics)
        case .deniedSignIns:
            let (service, items) = (service, request.target.queryItems)
            return exchange.later { _ in
                await DeniedSignInsAPI(service: service).list(permit, items)
            }
        case .auditEvents:
            let api = AuditAPI(management: management(exchange, caller, permit, organization), request: request)
            return exchange.later { _ in await api.list() }
        case .members, .memberSessions, .grants, .grant, .suspensions, .suspension, .invitations, .invitation,
            .invitationResend, .claimMappings, .claimMapping, .claimMappingsExplain, .claimMappingsPreview:
            let api = ManagementAPI(
                management: management(exchange, caller, permit, organization), request: request)
            return exchange.later { body in await api.answer(match.route, match.item, body) }
        case .membersPage, .mappingsPage, .explainPage, .auditPage:
            let pages = ManagementPages(
                management: management(exchange, caller, permit, organization), request: request,
                account: PageRoutes.account(caller), session: caller.session?.token)
            return exchange.later { body in await pages.answer(match.route, body) }
        case .inventory, .inventoryWorkspace, .inventoryChanges: break
        default:
            if let read = metrics.longRead(match, request, permit) {
                return exchange.later { _ in await read() }
            }
            return exchange.now(metrics.read(match, request, permit, organization.license, pages))
        }
        if request.method.hasContent, request.hasContentType("application/json") != true {
            return exchange.now(
                .problem(Problem(.unsupportedMediaType, detail: "Send the document as application/json.")))
        }
        let (metrics, requestID) = (metrics, exchange.renderer.requestID)
        let authorization = authorization(caller, permit)
        let record = AuditRecord(
            .inventoryImport, by: caller.actor, in: permit.organization, requestID: requestID,
            address: exchange.context.record.remoteAddress)
        return exchange.later { body in
            await metrics.work(match, request, permit, requestID: requestID, if: authorization, recording: record, body)
        }
    }

    private func management(
        _ exchange: Exchange, _ caller: Caller, _ permit: Permit, _ organization: Deployment.Organization
    ) -> ManagementRequest {
        ManagementRequest(
            deployment: exchange.deployment, deployments: deployments, organization: organization, service: service,
            permit: permit, caller: standing(caller), origin: exchange.origin)
    }

    private func standing(_ caller: Caller) -> StandingCaller {
        StandingCaller(
            deployments: deployments, sessions: service.sessions, claims: caller.claims,
            session: caller.session?.session.key)
    }

    /// A publisher's permission is checked again in the transactions of each write.
    private func authorization(_ caller: Caller, _ permit: Permit) -> WriteAuthorization {
        let identity = standing(caller).acting(permit.permission)
        let (access, organization) = (service.access, permit.organization)
        return WriteAuthorization { transaction throws(DatabaseError) in
            switch try access.refusal(of: identity, in: organization, transaction) {
            case nil: nil
            case .signedOut: .signedOut
            case .notPermitted(let isMember): .notPermitted(isMember: isMember)
            case .some: .notPermitted(isMember: false)
            }
        }
    }

    private func refuse(
        _ reason: RefusalReason, _ match: RouteMatch, _ exchange: Exchange, _ caller: Caller
    ) -> Reply {
        exchange.context.record.decision = "refuse"
        exchange.context.record.reason = reason.rawValue
        figures.decisions.counter(["refuse", reason.rawValue]).add()
        let unknown = caller.claims.unknown
        // A new sign-in renews claims that have expired by age.
        if reason == .claimsIncomplete, unknown.hasLapsed, caller.session != nil {
            return outdated(match, exchange, caller.claims.provider)
        }
        if match.route.kind == .page, reason != .permissionMissing { return PageRoutes.refused(exchange, caller) }
        switch reason {
        case .permissionMissing:
            return .problem(Problem(.permissionMissing, detail: "Your role in this organization does not permit this."))
        case .claimsIncomplete:
            let detail =
                unknown.isUserinfoMissing
                ? "Your identity provider did not answer when it was asked for the rest of your claims (userinfo), and "
                    + "they could decide your role. Sign in again in a few minutes."
                : "Your provider left claims out of the token that could earn a role. Ask it for fewer groups."
            return .problem(Problem(.claimsIncomplete, detail: detail))
        case .organizationNotFound:
            return .problem(
                Problem(.organizationNotFound, detail: "There is no such organization, or you have no role in it."))
        }
    }
}
