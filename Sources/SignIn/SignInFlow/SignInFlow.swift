internal import Cryptography
internal import Databases
internal import Grants
package import HTTPMessage
internal import Identities
internal import OpenID
package import Policy
internal import Sessions
internal import Telemetry
internal import Time
internal import Tokens
package import Web

/// The steps of signing in and out for one request. Each step reads what the previous one left with the browser and
/// returns the next; no step calls another.
package struct SignInFlow: Sendable {
    let site: Site
    /// The sign-in settings when the request began.
    let signIn: SignInConfiguration
    /// The access rules when the request began, and the keys that seal claims.
    let settings: AccessSettings
    let service: SignInServices
    let request: Request
    let requestID: String
    /// The client's address, for the user's list of sessions.
    let address: String
    /// The applications' origins, each with the URL at which a sign-in for it begins.
    let applications: [(origin: String, begin: String)]

    package init(
        site: Site, signIn: SignInConfiguration, settings: AccessSettings, service: SignInServices, request: Request,
        requestID: String, address: String, applications: [(origin: String, begin: String)] = []
    ) {
        self.site = site
        self.signIn = signIn
        self.settings = settings
        self.service = service
        self.request = request
        self.requestID = requestID
        self.address = address
        self.applications = applications
    }

    /// The fields of a form, or nil if the content was not a form.
    package typealias Form = [(name: String, value: String)]?

    var origin: AuditOrigin { AuditOrigin(requestID: requestID, address: address) }

    /// Sends the browser to a provider. Nothing is stored: the attempt travels sealed in `state`.
    func begin(at party: RelyingParty, _ query: SignInQuery) async -> SignInOutcome {
        guard let box = signIn.box else { return .refused(.unavailable) }
        do {
            let (secret, cookies) = try browserSecret()
            let attempt = try SignInAttempt(
                provider: party.id, issuer: party.client.provider.issuer, organization: query.organization,
                returnTo: query.returnTo?.text, browser: try Digest.sha256(secret), at: service.now())
            let authorization = try await party.serving(requestID).begin(
                attempt, loginHint: query.email, asksWho: query.asksWho, sealingWith: box)
            let next: SignInOutcome.Next =
                query.isFromForm
                ? .leave(to: authorization.url, isSigningIn: true) : .redirect(authorization.url)
            return SignInOutcome(next, setting: cookies)
        } catch let failure as SignInError {
            return failed(failure, at: party.id, retry: query)
        } catch {
            return .refused(.unavailable)
        }
    }

    static let formType = "application/x-www-form-urlencoded"

    /// Whether the request's content is stated to be a form.
    var isForm: Bool { request.hasContentType(SignInFlow.formType) == true }

    /// The secret that binds sign-ins to this browser: its current one, or a new one with its cookie.
    private func browserSecret() throws(CryptographyError) -> (secret: [UInt8], cookies: [String]) {
        if let known = site.browserCookie.values(in: request).lazy.compactMap(BrowserCookie.init).first {
            return (known.secret, [])
        }
        let new = try BrowserCookie.make()
        return (new.secret, [site.browserCookie.setting(new.value)])
    }

    /// The browser's current sessions, without those that ended or whose provider is gone.
    func currentSessions() async throws(DatabaseError) -> [(token: SessionToken, session: Session)] {
        var found: [(token: SessionToken, session: Session)] = []
        for token in site.sessionCookie.values(in: request).compactMap(SessionToken.init(_:)) {
            guard let key = try? token.key, let session = try await service.sessions.session(key),
                signIn.standing(of: session, at: service.now()) != .ended
            else { continue }
            found.append((token, session))
        }
        return found
    }

    /// Returns the organization that a sign-in is meant for, or nil if it is not configured.
    func configured(_ meant: OrganizationID?) -> OrganizationID? {
        meant.flatMap { settings.rules.hasOrganization($0) ? $0 : nil }
    }

    // MARK: Failures

    /// Logs and counts a failure.
    func failed(_ failure: SignInError, at provider: ProviderID?, retry: SignInQuery?) -> SignInOutcome {
        count(provider, failure.tokenReason?.rawValue ?? failure.reason.rawValue)
        var fields = [
            ("provider", provider?.text ?? ""), ("reason", failure.reason.rawValue), ("detail", failure.detail),
        ]
        if let reason = failure.tokenReason { fields.append(("token_reason", reason.rawValue)) }
        if let code = failure.providerCode { fields.append(("provider_code", code)) }
        service.log.write(.warning, "a sign-in failed", requestID: requestID, fields: fields)
        return .refused(.failed(failure), retry: retry)
    }

    func count(_ provider: ProviderID?, _ result: String) {
        service.count.counter([provider?.text ?? "unknown", result]).add()
    }
}
