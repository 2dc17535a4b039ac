internal import Cryptography
internal import Databases
internal import HTTPMessage
internal import Identities
internal import Policy
internal import Sessions
internal import Tokens
internal import Web

extension SignInFlow {
    // MARK: GET /auth/login

    /// Sends the browser to the provider that the query selects, or lets the user choose one. If another site sent a
    /// browser that has a session, a page asks first: that site could otherwise put the user into another account.
    package func login() async -> SignInOutcome {
        guard let query = SignInQuery(request.target.queryItems) else { return .refused(.badQuery) }
        do throws(DatabaseError) {
            if RequestOrigin.isForeign(request, origin: site.origin), let asked = try await confirmation(query) {
                return asked
            }
        } catch {
            return .refused(.unavailable)
        }
        return await goOn(query)
    }

    // MARK: POST /auth/login

    /// Returns the refusal of content that is stated to be no form, or nil if the content is read.
    package func loginRefused() -> SignInOutcome? {
        request.hasContentType(SignInFlow.formType) == false ? .refused(.badQuery) : nil
    }

    /// Continues a sign-in after the confirmation page. The old session stays until the new sign-in has succeeded.
    package func loginConfirmed(_ items: Form) async -> SignInOutcome {
        do throws(DatabaseError) {
            guard var query = SignInQuery(items) else { return .refused(.badQuery) }
            query.isFromForm = true
            let sessions = try await currentSessions()
            // The session ended in the meantime, so no confirmation is needed.
            guard !sessions.isEmpty else { return .redirect(query.link) }
            guard sessions.contains(where: { isOwnForm(items ?? [], of: $0.token) }) else { return .refused(.forgery) }
            return await goOn(query)
        } catch {
            return .refused(.unavailable)
        }
    }

    // MARK: Parts

    /// Returns the page that names the account and asks for confirmation. Returns nil if the browser has no session, or
    /// one whose claims are too old: that session leads to its provider anyway.
    func confirmation(_ query: SignInQuery) async throws(DatabaseError) -> SignInOutcome? {
        let now = service.now()
        let usable = try await currentSessions().first { signIn.standing(of: $0.session, at: now) != .claimsTooOld }
        guard let (token, session) = usable, let formToken = try? token.formToken else { return nil }
        return SignInOutcome(.confirm(account: session.claims.accountName, query, formToken: formToken))
    }

    private func goOn(_ query: SignInQuery) async -> SignInOutcome {
        switch signIn.choice(query, preferring: configured(query.organization), under: settings.rules) {
        case .party(let party): await begin(at: party, query)
        case .ask(let prompt): SignInOutcome(.choose(query, prompt))
        }
    }

    /// Returns true if the request came from a form of this site, in this session.
    func isOwnForm(_ items: [(name: String, value: String)], of token: SessionToken) -> Bool {
        RequestForgery.isOwn(
            request, origin: site.origin, of: token, sent: items.first { $0.name == "csrf_token" }?.value)
    }
}
