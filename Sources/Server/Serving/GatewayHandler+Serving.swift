internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Management
internal import Policy
internal import RuntimeConfiguration
internal import SignInFlow
internal import SignInPages
internal import Snapshots
internal import Telemetry
internal import Tokens

extension GatewayHandler {
    /// Serves a request by its endpoint's code, if its caller may run that code.
    ///
    /// - Parameters:
    ///   - caller: nil if the request has no valid credential, or if the endpoint needs none.
    ///   - others: the caller's other organizations, for the menu of a page.
    func serve(
        _ context: RequestContext, _ endpoint: Endpoint, _ caller: Caller?, others: [OtherOrganization] = []
    ) -> Answer {
        if let caller {
            context.record.caller = caller
            context.record.entry.subject = caller.claims.identity.subject.text
            if let session = caller.session,
                let problem = RequestForgery.problem(context, endpoint, of: session.token)
            {
                return now(.problem(problem), context)
            }
        }
        switch endpoint.access {
        case .anyone(let handler): return run(handler, (), context, endpoint)
        case .optionalCaller(let handler): return run(handler, caller, context, endpoint, of: caller)
        case .signedIn(let handler):
            guard let caller else { return unauthenticated(context, endpoint) }
            return run(handler, caller, context, endpoint, of: caller, recheck: .caller(caller))
        case .permitted(let permission, let handler):
            guard let caller else { return unauthenticated(context, endpoint) }
            return serve(context, endpoint, caller, requiring: permission, others: others) { permitted in
                run(handler, permitted, context, endpoint, of: caller, recheck: .permission(permitted))
            }
        case .streamed(let permission, let type, let work):
            guard let caller else { return now(context.unauthenticated, context) }
            return serve(context, endpoint, caller, requiring: permission) { permitted in
                if let refusal = context.refusal(unlessType: type) { return now(refusal, context) }
                let authorization = management.authorization(permitted)
                return replyLater(context, endpoint) { body throws(Problem) in
                    try await work(context, permitted, StreamedContent(body, of: authorization))
                }
            }
        }
    }

    /// Asks for a sign-in. What the user entered in a form is kept.
    private func unauthenticated(_ context: RequestContext, _ endpoint: Endpoint) -> Answer {
        guard context.isFormWithoutSession(endpoint) else { return now(context.unauthenticated, context) }
        return .later(bodyLimit: RequestContext.unsentFormLimit, context: context.record) { body in
            context.render(await context.unauthenticated(body))
        }
    }

    /// Serves a caller with a permission in the organization of the path, and refuses any other caller.
    private func serve(
        _ context: RequestContext, _ endpoint: Endpoint, _ caller: Caller, requiring permission: Permission,
        others: [OtherOrganization] = [], _ work: (PermittedCaller) -> Answer
    ) -> Answer {
        switch decide(permission, context, caller, others) {
        case .permitted(let permitted): return work(permitted)
        case .refused(let reason, let entitlement):
            let refusal = refuse(reason, context, caller)
            let due = entitlement.flatMap { services.extensions.due(caller.claims, $0, under: context.state) }
            if case .now(let reply) = refusal, due == nil { return now(reply, context) }
            return replyLater(context, endpoint) { [services] _ throws(Problem) in
                if let due { await services.extend(due, context.origin) }
                switch refusal {
                case .now(let reply): return reply
                case .later(let work): return try await work()
                }
            }
        }
    }

    // MARK: Decision

    private enum Decision {
        case permitted(PermittedCaller)
        /// - Parameter entitlement: nil if there is no such organization.
        case refused(RefusalReason, Entitlement?)
    }

    private func decide(
        _ permission: Permission, _ context: RequestContext, _ caller: Caller, _ others: [OtherOrganization]
    ) -> Decision {
        guard let organization = context.configuration.organization(context.variable("org")) else {
            return .refused(.organizationNotFound, nil)
        }
        let entitlement = entitlement(of: caller, in: organization, context)
        switch entitlement.decide(permission) {
        case .refuse(let reason): return .refused(reason, entitlement)
        case .permit(let permit):
            context.record.entry.organization = permit.organization.text
            context.record.entry.decision = "permit"
            counters.permits(gatewayMetrics, permit.role.rawValue)
            let permitted = PermittedCaller(
                caller: caller, permit: permit, organization: organization, others: others,
                openRequests: permit.role == .manager ? services.openRequests.known(of: organization.id) : 0,
                hasUpstreams: context.state.rules.hasUpstreams(organization.id))
            context.record.permitted = permitted
            return .permitted(permitted)
        }
    }

    func entitlement(
        of caller: Caller, in organization: RuntimeConfiguration.Organization, _ context: RequestContext
    ) -> Entitlement {
        // The context has the current configuration: see `identifyAgain`.
        entitlements.entitlement(of: caller.claims, in: organization) {
            context.state.entitlement(of: caller.claims, under: organization.rules)
        }
    }

    private func refuse(_ reason: RefusalReason, _ context: RequestContext, _ caller: Caller)
        -> Handler<PermittedCaller>.Outcome
    {
        context.record.entry.decision = "refuse"
        context.record.entry.reason = reason.rawValue
        gatewayMetrics.decisions.counter(["refuse", reason.rawValue]).add()
        let unknown = caller.claims.unknown
        // A new sign-in renews claims that have expired by age.
        if reason == .claimsIncomplete, unknown.hasLapsed, caller.session != nil {
            return .now(context.outdated(caller.claims.provider))
        }
        if context.resource?.kind == .page, reason != .permissionMissing {
            return access.outcome(context, caller) { RefusalReply.page(context, caller, $0) }
        }
        return .now(.problem(Problem(reason, unknown)))
    }

    // MARK: Content

    /// A check of the caller once the content has arrived, which may take minutes.
    private enum Recheck {
        /// The endpoint serves callers without a credential; its code checks the credential itself.
        case none
        /// The session or token is still valid.
        case caller(Caller)
        /// The caller still has the permission.
        case permission(PermittedCaller)

        func perform(_ management: ManagementFactory, _ context: RequestContext) async throws(Problem) {
            switch self {
            case .none: break
            case .caller(let caller): try await management.checkStillValid(context, caller)
            case .permission(let permitted): try await management.checkStillPermitted(context, permitted)
            }
        }
    }

    /// Runs an endpoint's code with the content that it takes.
    ///
    /// - Parameter caller: the caller, whose form token a form must contain; nil if there is none.
    private func run<Party: Sendable>(
        _ handler: Handler<Party>, _ party: Party, _ context: RequestContext, _ endpoint: Endpoint,
        of caller: Caller? = nil, recheck: Recheck = .none
    ) -> Answer {
        if let refusal = handler.refusal(of: context) { return now(refusal, context) }
        let management = management
        switch handler {
        case .now(let reply): return now(reply(context, party), context)
        case .either(let decide):
            switch decide(context, party) {
            case .now(let reply): return now(reply, context)
            case .later(let work): return replyLater(context, endpoint) { _ throws(Problem) in try await work() }
            }
        case .later(let work):
            return replyLater(context, endpoint) { _ throws(Problem) in try await work(context, party) }
        case .json(let work):
            return replyLater(context, endpoint) { body throws(Problem) in
                let root = try await context.object(body)
                try await recheck.perform(management, context)
                return try await work(context, party, root)
            }
        case .optionalJSON(let work):
            return replyLater(context, endpoint) { body throws(Problem) in
                let root = try await context.optionalObject(body)
                try await recheck.perform(management, context)
                return try await work(context, party, root)
            }
        case .form(let reading, let work):
            return replyLater(context, endpoint) { body throws(Problem) in
                let form = try await context.form(reading, body, of: caller?.session?.token)
                try await recheck.perform(management, context)
                return try await work(context, party, form)
            }
        case .fields(_, let work):
            return replyLater(context, endpoint) { body throws(Problem) in
                let fields = try await context.fields(body)
                try await recheck.perform(management, context)
                return try await work(context, party, fields)
            }
        }
    }
}
