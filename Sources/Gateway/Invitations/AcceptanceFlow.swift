internal import Audit
internal import Cryptography
internal import Databases
internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Invitations
internal import JSON
internal import OpenID
internal import Pages
internal import Policy
internal import Sessions
internal import Snapshots
internal import Text
internal import Time
internal import Tokens
internal import Web

/// The pages behind an invitation's link. Viewing accepts nothing, since mail scanners open links. The token is in the
/// URL once, and from then on sealed in the browser's cookie.
struct AcceptanceFlow: Sendable {
    let deployment: Deployment
    let deployments: Published<Deployment>
    let service: SignInService
    let request: Request
    let origin: AuditOrigin
    /// The user's claims; nil if the user is not signed in yet.
    let claims: VerifiedClaims?
    let session: SessionToken?

    private var path: String { Route.acceptance.template }

    // MARK: GET

    func show() async -> Reply {
        guard let items = request.target.queryItems, let box = deployment.signIn.box else { return page(.unknown, 404) }
        let tokens = items.filter { $0.name == "token" }
        guard let token = tokens.first else { return await show(opened(box)) }
        guard tokens.count == 1, let token = InvitationToken(token.value) else { return page(.unknown, 404) }
        do throws(CryptographyError) {
            let known = if let browser { browser } else { try BrowserCookie.make() }
            let cookie = try known.holding(token, in: box, at: service.now())
            return Reply.redirect(path).with([deployment.browserCookie.setting(cookie.value)])
        } catch {
            return unavailable
        }
    }

    private func show(_ token: InvitationToken?) async -> Reply {
        guard let token else { return page(.unknown, 404) }
        do throws(DatabaseError) {
            guard let invitation = try await service.invitations.invitation(of: token),
                let organization = deployment.organization(invitation.organization.text)
            else { return page(.unknown, 404) }
            guard invitation.state == .pending else { return closed(invitation.state) }
            guard let claims else { return page(.signIn(offer(invitation, organization), choices(organization)), 200) }
            let mismatch = try await service.invitations.mismatch(of: invitation, with: acceptance(claims).invitee)
            if let mismatch { return wrongPerson(mismatch, invitation, organization) }
            guard let formToken = try? session?.formToken else { return unavailable }
            return page(
                .accept(offer(invitation, organization), invitation: invitation.id, formToken: formToken), 200)
        } catch {
            return unavailable
        }
    }

    // MARK: POST

    func accept(_ body: RequestBody) async -> Reply {
        guard let claims, let session, let box = deployment.signIn.box else {
            return .redirect(path)
        }
        let shown: String?
        do throws(BodyError) {
            let items = FormEncoding.items(try await body.collect()) ?? []
            let sent = request.field(.formToken) ?? items.first { $0.name == "csrf_token" }?.value
            shown = items.first { $0.name == "invitation" }?.value
            guard sent.map(session.isFormToken) ?? false else {
                return .problem(
                    Problem(.requestForgery, detail: "Go back, load the page anew, and try again."))
            }
        } catch {
            return .problem(MetricsAPI.problem(error))
        }
        guard let token = opened(box) else { return page(.unknown, 404) }
        do throws(DatabaseError) {
            // Another tab or another site may have opened another link in this browser meanwhile: the invitation that
            // the form names is the one that is accepted.
            if let shown, !(try await service.invitations.invitation(of: token)?.id).isExactly(shown) {
                return .redirect(path)
            }
        } catch {
            return unavailable
        }
        do throws(Problem) {
            let grant = try await acceptance(claims).accept(token)
            let empty = try? browser?.holding(nil, in: box, at: service.now())
            let cookies = empty.map { [deployment.browserCookie.setting($0.value)] } ?? []
            return Reply.redirect("/organizations/\(FormEncoding.encode(grant.organization.text))").with(cookies)
        } catch {
            // The current state is shown, as if the link had just been opened.
            return [401, 503].contains(error.status) ? .problem(error) : await show(token)
        }
    }

    // MARK: Parts

    private func acceptance(_ claims: VerifiedClaims) -> Acceptance {
        Acceptance(
            deployments: deployments, service: service, claims: claims, origin: origin, session: try? session?.key)
    }

    private var browser: BrowserCookie? {
        deployment.browserCookie.values(in: request).lazy.compactMap(BrowserCookie.init).first
    }

    private func opened(_ box: SealedBox) -> InvitationToken? {
        let now = service.now()
        return deployment.browserCookie.values(in: request).lazy.compactMap(BrowserCookie.init)
            .compactMap { $0.invitation(box, at: now) }.first
    }

    private func offer(_ invitation: Invitation, _ organization: Deployment.Organization) -> InvitationPage.Offer {
        InvitationPage.Offer(
            organization: organization.name, role: invitation.role.title,
            email: MaskedAddress(invitation.email.spelling).text, inviter: invitation.inviterEmail?.spelling,
            expiresAt: invitation.expiresAt)
    }

    private func choices(
        _ organization: Deployment.Organization, isAnother: Bool = false
    ) -> [SignInPage.Choice] {
        deployment.signIn.parties.filter { organization.accepts($0.id) }.map { party in
            var query = SignInQuery(
                provider: party.id.text, organization: organization.id.text, returnTo: path)
            query.asksWho = isAnother
            return SignInPage.Choice(name: deployment.signIn.name(of: party.id), url: query.link)
        }
    }

    private func wrongPerson(
        _ mismatch: InvitationMismatch, _ invitation: Invitation, _ organization: Deployment.Organization
    ) -> Reply {
        let own = claims?.claims.root.shownEmail?.spelling
        let wrong = InvitationPage.WrongPerson(
            invited: MaskedAddress(invitation.email.spelling).text, own: own.map { MaskedAddress($0).text },
            advice: mismatch.advice)
        return page(.wrongPerson(wrong, choices(organization, isAnother: true)), 403)
    }

    private func closed(_ state: Invitation.State) -> Reply {
        switch state {
        case .pending, .accepted: page(.used, 409)
        case .revoked: page(.revoked, 409)
        case .expired: page(.expired, 409)
        }
    }

    private func page(_ content: InvitationPage.Content, _ status: Int) -> Reply {
        let account = claims.map { claims in
            let email = claims.claims.root.shownEmail?.spelling
            // A user with the wrong account learns neither address.
            let shown = if case .wrongPerson = content { email.map { MaskedAddress($0).text } } else { email }
            return Account(name: shown ?? claims.identity.subject.text, formToken: try? session?.formToken)
        }
        return .page(
            Status(status), InvitationPage(content, account: account, requestID: origin.requestID).document)
    }

    private var unavailable: Reply {
        .problem(
            Problem(.unavailable, detail: "Something that the gateway needs cannot be reached. Try again in a moment."))
    }
}
