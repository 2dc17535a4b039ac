import GatehouseTesting
import HTTPMessage
import JSON
import Testing

/// The paths that most tests ask for.
let acme = "/api/v1/organizations/acme"
let summary = "\(acme)/summary"

/// A browser: it stores cookies, and follows redirects only on demand.
final class TestBrowser {
    let world: GatewayWorld
    var cookies = CookieJar()
    /// The cookies for other hosts than the gateway's.
    var elsewhere: [String: CookieJar] = [:]

    init(_ world: GatewayWorld) {
        self.world = world
    }

    var cookieField: [String] { cookies.fields }

    static let navigation = ["Accept: text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode: navigate"]
    /// The field of a form's content.
    static let form = ["Content-Type: application/x-www-form-urlencoded"]

    /// A request to the host of an application, with the browser's cookies for it.
    func send(_ method: String, _ path: String, toHost host: String, fields: [String] = []) async throws -> TestAnswer {
        let answer = try await world.send(
            method, path, fields: (elsewhere[host]?.fields ?? []) + fields, host: host)
        elsewhere[host, default: CookieJar()].take(answer.setCookies)
        return answer
    }

    @discardableResult
    func send(
        _ method: String, _ path: String, fields: [String] = [], body: String = "",
        arrivingFirst first: String? = nil, whileArriving: () async throws -> Void = {}
    ) async throws -> TestAnswer {
        let answer = try await world.send(
            method, path, fields: cookies.fields + fields, body: body, arrivingFirst: first,
            whileArriving: whileArriving)
        cookies.take(answer.setCookies)
        return answer
    }

    /// A request as by a user who follows a link.
    func open(_ path: String) async throws -> TestAnswer {
        try await send("GET", path, fields: TestBrowser.navigation)
    }

    /// A request as by a script of the page.
    func fetch(_ method: String, _ path: String, fields: [String] = []) async throws -> TestAnswer {
        try await send(
            method, path,
            fields: ["Accept: application/json", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"] + fields)
    }

    /// An API call that changes state, with the session's form token.
    func call(
        _ method: String, _ path: String, _ body: String? = nil, fields: [String] = [],
        arrivingFirst first: String? = nil, whileArriving: () async throws -> Void = {}
    ) async throws -> TestAnswer {
        let token = try await formToken()
        return try await send(
            method, path,
            fields: ["Accept: application/json", "Sec-Fetch-Site: same-origin", "X-CSRF-Token: \(token)"]
                + (body == nil ? [] : ["Content-Type: application/json"]) + fields, body: body ?? "",
            arrivingFirst: first, whileArriving: whileArriving)
    }

    /// A page's form.
    func post(_ path: String, _ items: [(name: String, value: String)]) async throws -> TestAnswer {
        let token = try await formToken()
        return try await send(
            "POST", path,
            fields: TestBrowser.navigation + TestBrowser.form
                + ["Origin: \(SettingsText.origin)", "Sec-Fetch-Site: same-origin"],
            body: String(decoding: FormEncoding.body(items + [("csrf_token", token)]), as: UTF8.self))
    }

    // MARK: Sign-in

    /// Begins a sign-in and returns the URL at the provider.
    func begin(_ query: String = "") async throws -> String {
        let answer = try await open("/auth/login\(query.isEmpty ? "" : "?\(query)")")
        try #require(answer.status == 303, "\(answer.body)")
        return try #require(answer.location)
    }

    /// The provider's response after a user chose an account: the callback's path and query.
    func consent(_ person: String, at url: String) throws -> String {
        let provider = url.hasPrefix(SettingsText.otherIssuer) ? world.otherProvider : world.provider
        let location = try provider.consent(person, at: url, at: world.clock.now)
        return String(location[try #require(location.firstRange(of: "/auth/")).lowerBound...])
    }

    /// A sign-in until the provider's response: the callback's path and query.
    func answered(_ person: String, _ query: String = "") async throws -> String {
        try consent(person, at: try await begin(query))
    }

    /// A complete sign-in; returns the response to the callback.
    @discardableResult
    func signIn(_ person: String, _ query: String = "") async throws -> TestAnswer {
        try await open(answered(person, query))
    }

    /// The session's form token.
    func formToken() async throws -> String {
        try #require(try await fetch("GET", "/api/v1/me").json?.member("csrf_token")?.string)
    }
}
