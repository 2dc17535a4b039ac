import DemoProvider
import GatehouseTesting
import Testing
import Time

/// A gateway with the application `reports` at `reports.localhost:8080` behind another proxy, and browsers for it.
struct UpstreamWorld {
    static let host = "reports.localhost:8080"
    static let origin = "http://reports.localhost:8080"
    static let other = "wiki.localhost:8080"
    /// The address of the trusted proxy.
    static let proxy = "10.0.0.5"

    let world: GatewayWorld

    /// - Parameters:
    ///   - members: additional members of the application `reports`, each with a comma before it.
    ///   - text: the other settings.
    init(_ members: String = "", provider: String = "", second: String = "", isRenewable: Bool = false) throws {
        var text = SettingsText()
        text.providerSettings = provider
        text.secondProvider = second
        text.isRenewable = isRenewable
        text.settings = """
            , "trusted_proxies": ["10.0.0.0/8"], "forward_auth_listen": "127.0.0.1:9092",
            "upstreams": [
              {"id": "reports", "name": "Reports", "host": "reports.localhost", "organization": "acme", "access": [
                {"path": "/healthz", "allow": "anyone"},
                {"path": "/admin/*", "methods": ["POST"], "allow": [{"claim_name": "groups", "claim_value": "admins"}]},
                {"path": "/*", "allow": ["organization-manager", "organization-viewer"]}]\(members)},
              {"id": "wiki", "host": "wiki.localhost", "organization": "acme", "access": [
                {"path": "/*", "allow": ["organization-manager"]}]}]
            """
        world = try GatewayWorld(text)
    }

    /// A bearer token of the provider.
    ///
    /// - Parameter members: further claims as JSON members, each with a comma before it.
    func token(of subject: String, _ members: String = "") throws -> String {
        let now = world.clock.now.seconds
        let claims =
            "{\"iss\":\"\(SettingsText.issuer)\",\"sub\":\"\(subject)\",\"aud\":\"api\",\"iat\":\(now),\"exp\":\(now + 600)\(members)}"
        return try world.provider.sign(Array(claims.utf8))
    }

    func browser() -> TestBrowser { TestBrowser(world) }

    /// Asks about a request as nginx does, with the cookies of a browser.
    func ask(
        _ method: String = "GET", _ path: String = "/", of browser: TestBrowser? = nil,
        host: String = UpstreamWorld.host,
        fields: [String] = [], token: String? = nil, from peer: String = UpstreamWorld.proxy
    ) async throws -> TestAnswer {
        try await world.send(
            "GET", "/forward-auth/nginx", token: token,
            fields: ["X-Original-Method: \(method)", "X-Original-URL: http://\(host)\(path)"]
                + (browser?.elsewhere[host]?.fields ?? []) + fields, from: peer, host: "127.0.0.1:9092",
            at: .forwardAuth)
    }

    /// Signs a user in at an application's host, as a browser does that follows every redirect. Returns the last answer,
    /// which leads to the place that the user wanted.
    @discardableResult
    func enter(
        _ person: String, at host: String = UpstreamWorld.host, wanting place: String = "/", in browser: TestBrowser
    ) async throws -> TestAnswer {
        let begun = try await begin(at: host, wanting: place, in: browser)
        return try await finish(person, begun, at: host, in: browser)
    }

    /// The beginning of a sign-in: the path and query of the handoff at the gateway's own host.
    func begin(
        at host: String = UpstreamWorld.host, wanting place: String = "/", in browser: TestBrowser
    ) async throws -> String {
        let answer = try await browser.send(
            "GET", "/.gatehouse/sign-in?return_to=\(place)", toHost: host, fields: TestBrowser.navigation)
        #expect(answer.status == 302)
        let location = try #require(answer.location)
        #expect(location.hasPrefix("\(SettingsText.origin)/auth/handoff?"))
        return String(location.dropFirst(SettingsText.origin.count))
    }

    /// The rest of a sign-in that began.
    func finish(_ person: String, _ handoff: String, at host: String = UpstreamWorld.host, in browser: TestBrowser)
        async throws -> TestAnswer
    {
        let code = try await code(person, handoff, in: browser)
        return try await browser.send("GET", code, toHost: host, fields: TestBrowser.navigation)
    }

    /// The path and query with the code, to which the gateway's own host leads back.
    func code(_ person: String, _ handoff: String, in browser: TestBrowser) async throws -> String {
        var answer = try await browser.open(handoff)
        if answer.status == 303 {
            let begun = try await browser.open(try #require(answer.location))
            let callback = try browser.consent(person, at: try #require(begun.location))
            let landed = try await browser.open(callback)
            #expect(landed.location == handoff)
            answer = try await browser.open(handoff)
        }
        #expect(answer.status == 302)
        let location = try #require(answer.location)
        return String(location[try #require(location.firstRange(of: "/.gatehouse/")).lowerBound...])
    }
}
