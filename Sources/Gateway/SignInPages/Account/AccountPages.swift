package import AccessUseCases
internal import ClaimMapping
package import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import SignInFlow
internal import Text
internal import Time
internal import TimeZones
internal import Tokens
internal import Web

/// The page of the user's own account.
package struct AccountPages: Sendable {
    let sessions: OwnSessions
    let access: OwnAccess

    package init(sessions: OwnSessions, access: OwnAccess) {
        self.sessions = sessions
        self.access = access
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("accountPage", .get, Paths.account, .page, .signedIn(.later(show))),
            Endpoint("accountPage", .post, Paths.account, .page, .signedIn(.form(.required, change))),
        ]
    }

    private func show(_ context: RequestContext, _ caller: Caller) async throws(Problem) -> Reply {
        guard context.query["confirm"] == "end_others", let token = caller.formToken else {
            return try await show(context, caller, entered: nil)
        }
        let others = try await sessions.list(context, caller).count { !isOwn($0.id, caller) }
        return .page(.ok, EndSessionsPage(account: caller.account, token: token, count: others).document)
    }

    private func isOwn(_ id: String, _ caller: Caller) -> Bool { (caller.session?.session.id).isExactly(id) }

    /// - Parameter entered: an unknown time zone that the user entered; nil without one.
    private func show(
        _ context: RequestContext, _ caller: Caller, entered: String?
    ) async throws(Problem) -> Reply {
        let claims = caller.claims
        let identity = AccountPage.Identity(
            name: claims.payload.shownName, email: RefusalReply.email(of: claims, in: context.configuration),
            provider: context.configuration.name(of: claims.provider), subject: claims.identity.subject)
        let listed = try await sessions.list(context, caller).map { summary in
            AccountPage.Session(
                id: summary.id, device: summary.device, address: summary.address, createdAt: summary.createdAt,
                usedAt: summary.usedAt, isCurrent: isOwn(summary.id, caller))
        }
        let chosen = try await sessions.timeZone(context, caller)
        let zone = AccountPage.ZoneField(
            names: sessions.timeZones.names, value: entered ?? chosen ?? "",
            fault: entered.map { _ in "No time zone has this name. Choose one from the list." }, now: sessions.now)
        return try await access.reply(context, caller) { entitlements in
            var page = AccountPage(
                account: caller.account, identity: identity,
                memberships: AccountPages.memberships(entitlements, context), zone: zone, sessions: listed)
            page.notice = context.query["done"].flatMap { AccountPages.results[ExactText($0)] }.map { .done($0) }
            return .page(entered == nil ? .ok : Status(422), page.document)
        }
    }

    private static let results: [ExactText: String] = [
        "session_ended": "The session has ended.", "sessions_ended": "All other sessions have ended.",
        "zone_saved": "Time zone saved.",
    ]

    private static func memberships(
        _ entitlements: [Entitlement], _ context: RequestContext
    ) -> [AccountPage.Membership] {
        entitlements.compactMap { entitlement in
            guard let role = entitlement.role,
                let organization = context.configuration.organization(entitlement.organization)
            else { return nil }
            let opensPage = entitlement.permissions.contains(.readMetrics)
            return AccountPage.Membership(
                organization: organization.name,
                path: opensPage ? Paths.organization.path(organization.id.text) : nil, role: role.title,
                source: source(of: entitlement, context.state))
        }
    }

    /// Where a role comes from. A rule is shown to users who may see the rules.
    private static func source(of entitlement: Entitlement, _ state: AccessState) -> String {
        guard entitlement.source == .claimMapping, let id = entitlement.mapping else {
            return entitlement.source == .grant ? "Invitation, or granted by an operator" : "Claim rule"
        }
        guard entitlement.permissions.contains(.readMembers),
            let file = state.rules.fileRules(of: entitlement.organization)
        else { return "Claim rule" }
        let table = MappingTable(
            file: file.mappings, stored: state.snapshot.mappings(of: entitlement.organization).mappings)
        return table.row(id).map { rule in
            let condition =
                switch rule.match {
                case .equals: "is \(rule.claimValue)"
                case .glob: "matches pattern \(rule.claimValue)"
                case .exists: "exists"
                }
            return "Rule \(rule.rank): \(rule.claimName) \(condition)"
        } ?? "Claim rule"
    }

    /// The actions of the page's forms.
    private enum Action: String, CaseIterable, FormAction {
        case endSession = "end_session"
        case endOthers = "end_others"
        case timeZone = "time_zone"
    }

    private func change(_ context: RequestContext, _ caller: Caller, _ form: Form) async throws(Problem) -> Reply {
        switch try Action(of: form) {
        case .endSession: return try await endSession(form["id"] ?? "", context, caller)
        case .endOthers:
            guard let own = caller.session?.session.id else { return context.redirect(done: "sessions_ended") }
            try await sessions.endOthers(than: own, context, caller)
            return context.redirect(done: "sessions_ended")
        case .timeZone:
            let name = form["time_zone"] ?? ""
            guard try await sessions.setTimeZone(name.isEmpty ? nil : name, context, caller) else {
                return try await show(context, caller, entered: name)
            }
            return context.redirect(done: "zone_saved")
        }
    }

    /// Ends one of the user's own sessions, then redirects the browser to the page. If it was the browser's own
    /// session, the redirect leads to the page of signed-out users.
    private func endSession(
        _ id: String, _ context: RequestContext, _ caller: Caller
    ) async throws(Problem) -> Reply {
        guard try await sessions.end(id, context, caller) else {
            throw Problem(.notFound, detail: "You have no session with this ID.")
        }
        guard isOwn(id, caller) else { return context.redirect(done: "session_ended") }
        return Reply.redirect(SignInPaths.signedOut.text).with([context.configuration.site.sessionCookie.clearing])
    }
}
