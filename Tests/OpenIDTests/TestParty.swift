import ClaimMapping
import Cryptography
import DemoProvider
import GatehouseTesting
import HTTPClient
import HTTPMessage
import Identities
import JSON
import Synchronization
import Testing
import Text
import Threads
import Time
import Tokens

@testable import OpenID

/// The gateway as a client of one provider, which can be made to misbehave, with clocks that the test advances.
final class TestParty: Sendable {
    static let issuer = "http://127.0.0.1:9"
    static let secret = "s:e c%ret"

    /// What a configuration says of the provider.
    struct Setup {
        var authentication = ClientAuthentication.discovered(Secret(bytes: Array(TestParty.secret.utf8)))
        var issuer: Issuer = "http://127.0.0.1:9"
        var discovery: AbsoluteURL?
        var endpoints = ProviderEndpoints()
        var signsIn = true
        var scopes = ["openid", "profile", "email", "groups"]
        var authorizationParameters: [ExactText: String] = [:]
        var logoutParameters: [ExactText: String] = [:]
        var maximumAuthenticationAge: Duration?
        var contextClasses: [String] = []
        var algorithms: Set<SignatureAlgorithm>?
        var isPublic = false
    }

    let clock: ManualClock
    let provider: DemoProvider
    let outbound: ScriptedProvider
    let keySetVersion = KeySetVersion()
    let remote: RemoteProvider
    let party: RelyingParty
    let box: SealedBox
    private let reports: Reports

    init(_ change: (inout Setup) -> Void = { _ in }) throws {
        var setup = Setup()
        change(&setup)
        let clock = ManualClock()
        let client = DemoClient(
            id: "gatehouse client", secret: setup.isPublic ? nil : TestParty.secret,
            redirectURIs: ["https://a.example/auth/callback/idp"],
            postLogoutRedirectURIs: ["https://a.example/auth/signed-out"])
        let people = ["carla", "vic"].map { DemoPerson(id: $0, name: $0, email: "\($0)@acme.example", groups: ["g"]) }
        let provider = DemoProvider(
            issuer: TestParty.issuer, clients: [client], people: people, key: try SigningKey.generate(.p256),
            keyID: "k")
        let outbound = ScriptedProvider([provider], clock)
        let (id, reports) = (try #require(ProviderID("idp")), Reports())
        let remote = RemoteProvider(
            id: id,
            address: ProviderAddress(
                issuer: setup.issuer, discovery: setup.discovery, endpoints: setup.endpoints, signsIn: setup.signsIn,
                hasFixedKeys: false, policy: OutboundPolicy(hosts: [], allowsLoopbackHTTP: true)),
            http: outbound, keySetVersion: keySetVersion, clocks: clock.clocks, report: { reports.take($0) })
        var trusted = TrustedProvider(id: id, issuer: setup.issuer, keys: nil)
        if let algorithms = setup.algorithms { trusted.algorithms = algorithms }
        let registration = ClientRegistration(
            provider: trusted, clientID: "gatehouse client", authentication: setup.authentication,
            scopes: setup.scopes, authorizationParameters: setup.authorizationParameters,
            logoutParameters: setup.logoutParameters, maximumAuthenticationAge: setup.maximumAuthenticationAge,
            contextClasses: setup.contextClasses, redirectURI: "https://a.example/auth/callback/idp",
            postLogoutRedirectURI: "https://a.example/auth/signed-out")
        (self.clock, self.provider, self.outbound) = (clock, provider, outbound)
        (self.remote, self.reports) = (remote, reports)
        party = RelyingParty(
            registration, remote: remote, http: outbound, claimsLifetime: .seconds(4 * 3600), now: { clock.now })
        box = try SealedBox(keys: [Array(repeating: 7, count: 32)])
    }

    // MARK: Events

    final class Reports: Sendable {
        private let events = Mutex<[ProviderEvent]>([])
        func take(_ event: ProviderEvent) { events.withLock { $0.append(event) } }
        var all: [ProviderEvent] { events.withLock { $0 } }
    }

    /// The reported events as texts, without the keys that were fetched.
    var events: [String] {
        reports.all.compactMap { event in
            if case .keysFetched(leftOut: []) = event.kind { return nil }
            return "\(event.kind)"
        }
    }

    // MARK: Steps of a sign-in

    func attempt() throws -> SignInAttempt {
        try SignInAttempt(
            provider: party.id, issuer: party.client.provider.issuer, organization: nil, returnTo: nil,
            browser: try Digest.sha256([1]), at: clock.now)
    }

    /// The parameters of the redirect to the provider.
    func redirect(
        _ attempt: SignInAttempt, hint: String? = nil, asksWho: Bool = false
    ) async throws -> [(name: String, value: String)] {
        let url = try await party.begin(attempt, loginHint: hint, asksWho: asksWho, sealingWith: box).url
        let query = String(try #require(url.split(separator: "?", maxSplits: 1).last))
        return try #require(Target(path: "/", query: query).queryItems)
    }

    /// The provider's response after a user chose an account.
    func callback(_ person: String, to redirect: [(name: String, value: String)]) throws -> Callback {
        let location = try provider.consent(person, to: redirect, at: clock.now)
        let query = String(try #require(location.split(separator: "?", maxSplits: 1).last))
        return try Callback(try #require(Target(path: "/", query: query).queryItems))
    }

    /// A whole sign-in.
    @discardableResult
    func signIn(
        _ person: String = "carla", needing needed: NeededClaims = NeededClaims()
    ) async throws -> CompletedSignIn {
        let attempt = try attempt()
        let callback = try callback(person, to: try await redirect(attempt))
        try await party.check(callback, of: attempt)
        return try await party.redeem(try #require(callback.code), of: attempt, needing: needed)
    }

    /// The failure of a sign-in; nil if it succeeds.
    func failure() async throws -> SignInError? {
        do {
            try await signIn()
            return nil
        } catch let failure as SignInError {
            return failure
        }
    }

    /// The form of the last token request.
    var form: [String: String] {
        let items = outbound.last("/token").flatMap { FormEncoding.items($0.body) } ?? []
        return Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
}
