package import AccessUseCases
package import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import SignInFlow
internal import Text
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
        let claims = caller.claims
        let name = claims.payload.member("name")?.string
        let identity = AccountPage.Identity(
            name: name.flatMap { $0.isEmpty ? nil : $0 },
            email: RefusalReply.email(of: claims, in: context.configuration),
            provider: context.configuration.name(of: claims.provider), subject: claims.identity.subject)
        let sessions = try await sessions.list(context, caller).map { summary in
            AccountPage.Session(
                id: summary.id, device: summary.device, address: summary.address, createdAt: summary.createdAt,
                usedAt: summary.usedAt, isCurrent: summary.id.isExactly(caller.session?.session.id ?? ""))
        }
        return try await access.reply(context, caller) { entitlements in
            var page = AccountPage(
                account: caller.account, identity: identity,
                memberships: AccountPages.memberships(entitlements, under: context.configuration), sessions: sessions)
            if context.query["done"] == "session_ended" { page.notice = .done("The session has ended.") }
            return .page(.ok, page.document)
        }
    }

    private static func memberships(
        _ entitlements: [Entitlement], under configuration: RuntimeConfiguration
    ) -> [AccountPage.Membership] {
        entitlements.compactMap { entitlement in
            guard let role = entitlement.role,
                let organization = configuration.organization(entitlement.organization)
            else { return nil }
            let opensPage = entitlement.permissions.contains(.readMetrics)
            return AccountPage.Membership(
                organization: organization.name,
                path: opensPage ? Paths.organization.path(organization.id.text) : nil, role: role.title,
                source: entitlement.source == .grant ? .grant : .claimMapping)
        }
    }

    /// The actions of the page's forms.
    private enum Action: String, CaseIterable, FormAction {
        case endSession = "end_session"
    }

    /// Ends one of the user's own sessions, then redirects the browser to the page. If it was the browser's own
    /// session, the redirect leads to the page of signed-out users.
    private func change(_ context: RequestContext, _ caller: Caller, _ form: Form) async throws(Problem) -> Reply {
        switch try Action(of: form) {
        case .endSession: return try await endSession(form["id"] ?? "", context, caller)
        }
    }

    private func endSession(
        _ id: String, _ context: RequestContext, _ caller: Caller
    ) async throws(Problem) -> Reply {
        guard try await sessions.end(id, context, caller) else {
            throw Problem(.notFound, detail: "You have no session with this ID.")
        }
        guard id.isExactly(caller.session?.session.id ?? "") else { return context.redirect(done: "session_ended") }
        return Reply.redirect(SignInPaths.signedOut.text).with([context.configuration.site.sessionCookie.clearing])
    }
}
