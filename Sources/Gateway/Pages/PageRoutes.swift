internal import ClaimMapping
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import JSON
internal import Pages
internal import Policy
internal import Sessions
internal import Tokens
internal import WorkspaceMetrics

/// The pages for users in a browser.
enum PageRoutes {
    static func asset(_ name: String) -> Reply {
        guard let asset = Asset.named(name) else {
            return .problem(Problem(.notFound, detail: "Nothing is at this path."))
        }
        return .asset(type: asset.contentType, asset.bytes)
    }

    /// The home page of a user who is not signed in.
    static func signIn(_ exchange: Exchange) -> Reply {
        .page(.ok, exchange.deployment.signIn.page(for: SignInQuery()).document)
    }

    /// A redirect to the only organization, or the list of organizations.
    static func home(_ exchange: Exchange, _ caller: Caller) -> Reply {
        let items = organizations(exchange, caller)
        switch items.count {
        case 0: return refused(exchange, caller)
        case 1: return .redirect(items[0].url)
        default: return .page(.ok, OrganizationListPage(account: account(caller), items: items).document)
        }
    }

    /// The Organization Management page, or with `format=csv` its table as a file.
    static func organization(
        _ exchange: Exchange, _ caller: Caller, _ permit: Permit, _ organization: Deployment.Organization,
        _ metrics: MetricsAPI
    ) -> Answer {
        guard let items = exchange.request.target.queryItems else { return exchange.now(MetricsAPI.brokenQuery) }
        let query: WorkspaceQuery
        do throws(QueryRefusal) {
            query = try WorkspaceQuery(items)
        } catch {
            return exchange.now(.problem(MetricsAPI.problem(error)))
        }
        let isFile = items.contains { $0.name == "format" && $0.value == "csv" }
        let (account, backend, license) = (account(caller), metrics.backend, organization.license)
        let about = OrganizationPage.Organization(
            id: organization.id.text, name: organization.name, role: permit.role.title,
            isReadOnly: permit.role != .manager)
        let make: @Sendable () throws(MetricsFault) -> Reply = { () throws(MetricsFault) in
            if isFile { return metrics.reply(try backend.workspaces(permit, query, as: .spreadsheet)) }
            let page = OrganizationPage(
                account: account, organization: about, summary: try backend.totals(permit, license), query: query,
                page: try backend.page(permit, query))
            return .page(.ok, page.document)
        }
        do throws(MetricsFault) {
            guard try backend.isLong(permit, query, as: isFile ? .spreadsheet : .json) else {
                return exchange.now(try make())
            }
            return exchange.later { _ in await metrics.long(make) }
        } catch {
            return exchange.now(.problem(metrics.problem(error, requestID: exchange.renderer.requestID)))
        }
    }

    /// The refusal, identical whether or not the organization exists.
    static func refused(_ exchange: Exchange, _ caller: Caller) -> Reply {
        let claims = caller.claims
        let page = RefusedPage(
            account: account(caller), provider: exchange.deployment.signIn.name(of: claims.provider),
            issuer: claims.identity.issuer.text,
            subject: claims.identity.subject.text, email: email(of: claims, in: exchange.deployment),
            groups: groups(claims.known), missing: missing(claims.unknown), others: organizations(exchange, caller),
            requestID: exchange.renderer.requestID)
        return .page(.notFound, page.document)
    }

    static func problem(_ problem: Problem, requestID: String) -> Reply {
        let page = ErrorPage(
            status: problem.status, title: problem.code.title, text: problem.detail, requestID: requestID)
        return .page(Status(problem.status), page.document)
    }

    // MARK: Parts

    static func account(_ caller: Caller) -> Account {
        let email = caller.claims.claims.root.shownEmail?.spelling
        return Account(
            name: email ?? caller.claims.identity.subject.text,
            formToken: caller.session.flatMap { try? $0.token.formToken })
    }

    /// The organizations whose page the caller may see.
    private static func organizations(_ exchange: Exchange, _ caller: Caller) -> [OrganizationListPage.Item] {
        let state = AccessState(rules: exchange.deployment.accessRules, snapshot: exchange.access)
        return state.entitlements(of: caller.claims).compactMap { entitlement in
            guard let role = entitlement.role, entitlement.permissions.contains(.readMetrics),
                let organization = exchange.deployment.organization(entitlement.organization.text)
            else { return nil }
            return OrganizationListPage.Item(
                name: organization.name, role: role.title,
                url: "/organizations/\(FormEncoding.encode(organization.id.text))")
        }
    }

    private static func email(of claims: VerifiedClaims, in deployment: Deployment) -> RefusedPage.Email {
        guard let email = claims.claims.root.shownEmail, !email.text.isEmpty else {
            return claims.known.isUnknown("email") ? .unknown : .absent
        }
        let address = email.spelling
        switch deployment.accessRules.emailTrust(of: claims.provider).standing(of: email, among: claims.known) {
        case .verified: return .verified(address)
        case .absent: return .unverified(address, .notStated)
        case .denied: return .unverified(address, .denied)
        case .ofOtherType: return .unverified(address, .unreadable)
        }
    }

    private static func missing(_ unknown: UnknownClaims) -> RefusedPage.Missing? {
        if unknown.isUserinfoMissing { return .userinfo }
        return unknown.hasLapsed ? .lapsed : nil
    }

    private static func groups(_ claims: KnownClaims) -> RefusedPage.Groups {
        if claims.unknown.leavesOut("groups") { return .leftOut }
        guard let groups = claims.root.member("groups") else { return claims.isUnknown("groups") ? .unknown : .absent }
        return .names(groups.string.map { [$0] } ?? groups.elements.compactMap(\.string))
    }
}
