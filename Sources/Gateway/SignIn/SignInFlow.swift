internal import Cryptography
internal import Databases
internal import HTTPMessage
internal import OpenID
internal import Pages
internal import Sessions
internal import Snapshots
internal import Text
internal import Time
internal import Tokens
internal import Web

/// The steps of signing in and out. Each reads what the previous step left with the browser and returns the next one;
/// none calls another.
struct SignInFlow: Sendable {
    let deployment: Deployment
    let service: SignInService
    let request: Request
    let requestID: String
    /// The client's address, for the user's list of sessions.
    let address: String

    var signIn: SignInDeployment { deployment.signIn }
    var origin: AuditOrigin { AuditOrigin(requestID: requestID, address: address) }

    /// Sends the browser to a provider. Nothing is stored here: the sign-in's state travels sealed in `state`.
    func begin(at party: RelyingParty, _ query: SignInQuery) async -> Reply {
        guard let box = signIn.box else { return page(.unavailable) }
        do {
            let (secret, cookies) = try browserSecret()
            let attempt = try SignInAttempt(
                provider: party.id, issuer: party.client.provider.issuer, organization: query.organization,
                returnTo: query.returnTo?.text, browser: try Digest.sha256(secret), at: service.now())
            let authorization = try await party.serving(requestID).begin(
                attempt, loginHint: query.email, asksWho: query.asksWho, sealingWith: box)
            let reply: Reply =
                query.isFromForm
                ? .page(.ok, ContinuePage(.signIn, url: authorization.url).document) : .redirect(authorization.url)
            return reply.with(cookies)
        } catch let failure as SignInFailure {
            return failed(failure, at: party.id, retry: query)
        } catch {
            return page(.unavailable)
        }
    }

    /// The secret that binds sign-ins to this browser: its current one, or a new one with its cookie.
    private func browserSecret() throws(CryptographyError) -> (secret: [UInt8], cookies: [String]) {
        if let known = deployment.browserCookie.values(in: request).lazy.compactMap(BrowserCookie.init).first {
            return (known.secret, [])
        }
        let new = try BrowserCookie.make()
        return (new.secret, [deployment.browserCookie.setting(new.value)])
    }

    /// The browser's current sessions, without those that ended or whose provider is gone.
    func currentSessions() async throws(DatabaseError) -> [(token: SessionToken, session: Session)] {
        var found: [(token: SessionToken, session: Session)] = []
        for token in deployment.sessionCookie.values(in: request).compactMap(SessionToken.init(cookie:)) {
            guard let key = try? token.key, let session = try await service.sessions.session(key),
                signIn.standing(of: session, at: service.now()) != .ended
            else { continue }
            found.append((token, session))
        }
        return found
    }
}
