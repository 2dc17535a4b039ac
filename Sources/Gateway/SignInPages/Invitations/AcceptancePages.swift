package import AccessUseCases
internal import Cryptography
package import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import OpenID
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import SignInFlow
internal import Text
internal import Tokens
internal import Web

/// The pages behind an invitation's link. Viewing accepts nothing, since mail scanners open links. The token is in the
/// URL once, and from then on sealed in the browser's cookie.
package struct AcceptancePages: Sendable {
    private let acceptances: Acceptances

    package init(acceptances: Acceptances) {
        self.acceptances = acceptances
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                "acceptance", .get, Paths.acceptance, .page, .optionalCaller(.later(show)), isRateLimited: true),
            Endpoint(
                "acceptance", .post, Paths.acceptance, .page, .optionalCaller(.form(.lenient, accept)),
                isRateLimited: true),
        ]
    }

    // MARK: GET

    private func show(_ context: RequestContext, _ caller: Caller?) async throws(Problem) -> Reply {
        guard let items = context.request.target.queryItems, let opened = opened(context) else {
            return page(.unknown, 404, context, caller)
        }
        let tokens = items.filter { $0.name == "token" }
        guard let token = tokens.first else { return await show(opened.token, context, caller) }
        guard tokens.count == 1, let token = InvitationToken(token.value) else {
            return page(.unknown, 404, context, caller)
        }
        guard let cookie = try? opened.opening(token) else { throw AcceptancePages.unavailable }
        return Reply.redirect(Paths.acceptance.text).with([cookie])
    }

    private func show(_ token: InvitationToken?, _ context: RequestContext, _ caller: Caller?) async -> Reply {
        guard let token else { return page(.unknown, 404, context, caller) }
        do throws(Problem) {
            guard let invitation = try await acceptances.invitation(of: token, context),
                let organization = context.configuration.organization(invitation.organization)
            else { return page(.unknown, 404, context, caller) }
            guard invitation.state == .pending else { return closed(invitation.state, context, caller) }
            guard let caller else {
                let content = InvitationPage.Content.signIn(
                    offer(invitation, organization), choices(organization, context))
                return page(content, 200, context, nil)
            }
            let mismatch = try await acceptances.mismatch(of: invitation, with: caller, context)
            if let mismatch { return wrongPerson(mismatch, invitation, organization, context, caller) }
            guard let formToken = caller.formToken else { return .problem(AcceptancePages.unavailable) }
            return page(
                .accept(offer(invitation, organization), invitation: invitation.id, formToken: formToken), 200, context,
                caller)
        } catch {
            return .problem(AcceptancePages.unavailable)
        }
    }

    // MARK: POST

    private func accept(_ context: RequestContext, _ caller: Caller?, _ form: Form) async throws(Problem) -> Reply {
        guard let caller, caller.session != nil, let opened = opened(context) else {
            return .redirect(Paths.acceptance.text)
        }
        guard let token = opened.token else { return page(.unknown, 404, context, caller) }
        do throws(Problem) {
            // Another tab or another site may have opened another link in this browser in the meantime. The invitation
            // that the form names is accepted.
            if let shown = form["invitation"],
                !(try await acceptances.invitation(of: token, context)?.id).isExactly(shown)
            {
                return .redirect(Paths.acceptance.text)
            }
        } catch {
            throw AcceptancePages.unavailable
        }
        do throws(Problem) {
            let grant = try await acceptances.accept(token, by: caller, context)
            return Reply.redirect(Paths.organization.path(grant.organization.text)).with(opened.closing)
        } catch {
            // The current state is shown, as if the link had just been opened.
            guard ![401, 503].contains(error.status) else { throw error }
            return await show(token, context, caller)
        }
    }

    // MARK: Parts

    /// The invitation that is open in the browser; nil if there is no secret key.
    private func opened(_ context: RequestContext) -> OpenedInvitation? {
        OpenedInvitation(
            context.request, of: context.configuration.site, under: context.configuration.signIn, at: acceptances.now)
    }

    private func offer(_ invitation: Invitation, _ organization: RuntimeConfiguration.Organization)
        -> InvitationPage.Offer
    {
        InvitationPage.Offer(
            organization: organization.name, role: invitation.role.title,
            email: MaskedAddress(invitation.email.spelling).text, inviter: invitation.inviterEmail?.spelling,
            expiresAt: invitation.expiresAt)
    }

    private func choices(
        _ organization: RuntimeConfiguration.Organization, isAnother: Bool = false, _ context: RequestContext
    ) -> [SignInPage.Choice] {
        context.configuration.signIn.parties.filter { organization.accepts($0.id) }.map { party in
            var query = SignInQuery(
                provider: party.id, organization: organization.id, returnTo: Paths.acceptance.text)
            query.asksWho = isAnother
            return SignInPage.Choice(name: context.configuration.name(of: party.id), url: query.link)
        }
    }

    private func wrongPerson(
        _ mismatch: InvitationMismatch, _ invitation: Invitation, _ organization: RuntimeConfiguration.Organization,
        _ context: RequestContext, _ caller: Caller
    ) -> Reply {
        let own = caller.claims.payload.shownEmail?.spelling
        let wrong = InvitationPage.WrongPerson(
            invited: MaskedAddress(invitation.email.spelling).text, own: own.map { MaskedAddress($0).text },
            advice: mismatch.advice)
        return page(
            .wrongPerson(wrong, choices(organization, isAnother: true, context)), 403, context, caller)
    }

    private func closed(_ state: Invitation.State, _ context: RequestContext, _ caller: Caller?) -> Reply {
        switch state {
        case .pending, .accepted: page(.used, 409, context, caller)
        case .revoked: page(.revoked, 409, context, caller)
        case .expired: page(.expired, 409, context, caller)
        }
    }

    private func page(
        _ content: InvitationPage.Content, _ status: Int, _ context: RequestContext, _ caller: Caller?
    ) -> Reply {
        let account = caller.map { caller in
            let email = caller.claims.payload.shownEmail?.spelling
            // A user with the wrong account learns neither address.
            let shown = if case .wrongPerson = content { email.map { MaskedAddress($0).text } } else { email }
            return Account(name: shown ?? caller.claims.identity.subject.text, formToken: caller.formToken)
        }
        return .page(
            Status(status), InvitationPage(content, account: account, requestID: context.requestID).document)
    }

    private static let unavailable = Problem(
        .unavailable, detail: "A service that the gateway needs can't be reached. Try again in a moment.")
}
