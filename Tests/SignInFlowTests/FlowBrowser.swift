import Cryptography
import GatehouseTesting
import HTTPMessage
import Identities
import Sessions
import Testing
import Web

@testable import SignInFlow

/// A browser that takes the steps of a sign-in; it stores cookies.
final class FlowBrowser {
    let world: FlowWorld
    var cookies = CookieJar()

    init(_ world: FlowWorld) {
        self.world = world
    }

    /// Returns the steps for a request of this browser.
    func flow(
        _ method: String, _ path: String, fields: [String] = [], under configuration: SignInConfiguration? = nil
    ) throws -> SignInFlow {
        world.flow(try Request(method, path, fields: cookies.fields + fields), under: configuration)
    }

    private func keep(_ outcome: SignInOutcome) -> SignInOutcome {
        cookies.take(outcome.cookies)
        return outcome
    }

    func login(
        _ query: String = "provider=idp", fields: [String] = [], under configuration: SignInConfiguration? = nil
    ) async throws -> SignInOutcome {
        let path = query.isEmpty ? "/auth/login" : "/auth/login?\(query)"
        return keep(try await flow("GET", path, fields: fields, under: configuration).login())
    }

    /// Begins a sign-in, and returns the provider's response after a user chose an account: a URL of this site.
    func answered(_ person: String, _ query: String = "provider=idp") async throws -> String {
        let url = try #require(try await login(query).redirect)
        return try world.provider.consent(person, at: url, at: world.clock.now)
    }

    /// Opens the URL of a provider's response.
    func open(_ link: String, under configuration: SignInConfiguration? = nil) async throws -> SignInOutcome {
        let path = link.replacing(FlowWorld.site.origin, with: "")
        let provider = path.prefix { $0 != "?" }.split(separator: "/").last.map { String($0) }
        return keep(
            try await flow("GET", path, under: configuration).callback(of: provider.flatMap { ProviderID($0) }))
    }

    @discardableResult
    func signIn(_ person: String, _ query: String = "provider=idp") async throws -> SignInOutcome {
        try await open(answered(person, query))
    }

    func logout(
        _ form: [(name: String, value: String)]?, fields: [String] = [], under configuration: SignInConfiguration? = nil
    ) async throws -> SignInOutcome {
        keep(try await flow("POST", "/auth/logout", fields: fields, under: configuration).logout(form))
    }

    /// The token of the session cookie.
    var token: SessionToken? { cookies[FlowWorld.site.sessionCookie.name].flatMap { SessionToken($0) } }

    /// The session of the cookie; nil if it ended.
    var session: Session? {
        get async throws { try await world.sessions.session(#require(token).key) }
    }

    /// The field of this session's forms.
    var formToken: [(name: String, value: String)] {
        get throws { [("csrf_token", try #require(token).formToken)] }
    }
}

extension FlowWorld {
    /// The browser of a signed-in user.
    @discardableResult
    func browser(_ person: String, _ query: String = "provider=idp") async throws -> FlowBrowser {
        let browser = FlowBrowser(self)
        let outcome = try await browser.signIn(person, query)
        try #require(browser.token != nil, "\(outcome.step)")
        return browser
    }
}
