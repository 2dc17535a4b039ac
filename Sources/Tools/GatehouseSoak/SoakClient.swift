import HTTPClient
import HTTPMessage
import JSON

/// A browser or program that sends requests to the gateway.
struct SoakClient: Sendable {
    let http: HTTPClient
    let origin: String
    var cookies: [String: String] = [:]
    var token: String?
    /// CSRF token for state-changing requests of a session.
    var formToken: String?

    init(_ http: HTTPClient, origin: String) {
        self.http = http
        self.origin = origin
    }

    /// Sends one request. Redirects are returned and not followed.
    ///
    /// - Parameter path: a path at the gateway, or an absolute URL.
    mutating func send(
        _ method: Method, _ path: String, json: String? = nil, form: [(name: String, value: String)]? = nil,
        accept: String = "application/json"
    ) async throws -> OutboundResponse {
        guard let url = AbsoluteURL(path.hasPrefix("/") ? origin + path : path) else {
            throw SoakError("\(path) is not a URL")
        }
        var fields = Fields()
        func add(_ name: String, _ value: String) {
            if let name = FieldName(name) { fields.append(name, value) }
        }
        add("Accept", accept)
        let isPage = accept.hasPrefix("text/html")
        add("Sec-Fetch-Mode", isPage ? "navigate" : "cors")
        let isOwn = path.hasPrefix("/") || path.hasPrefix(origin)
        if let token { add("Authorization", "Bearer \(token)") }
        if !cookies.isEmpty, isOwn {
            add("Cookie", cookies.map { "\($0)=\($1)" }.joined(separator: "; "))
        }
        if method != .get, isOwn, let formToken {
            add("X-CSRF-Token", formToken)
            add("Sec-Fetch-Site", "same-origin")
        }
        var body: [UInt8] = []
        if let json {
            body = Array(json.utf8)
            add("Content-Type", "application/json")
        } else if let form {
            body = Array(FormEncoding.query(form).utf8)
            add("Content-Type", "application/x-www-form-urlencoded")
        }
        var request = OutboundRequest(
            method, url, fields: fields, body: body,
            policy: OutboundPolicy(hosts: [url.host], allowsLoopbackHTTP: true))
        // The page with two thousand rules is large.
        request.limits.body = 8 << 20
        let response = try await http.send(request)
        if isOwn { keepCookies(of: response) }
        return response
    }

    private mutating func keepCookies(of response: OutboundResponse) {
        for line in response.fields.bytes.split(separator: 0x0A) {
            let line = String(decoding: line, as: UTF8.self)
            guard line.lowercased().hasPrefix("set-cookie: ") else { continue }
            let pair = line.dropFirst(12).prefix { $0 != ";" && $0 != "\r" }
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let name = String(pair[..<equals])
            cookies[name] = line.contains("Max-Age=0") ? nil : String(pair[pair.index(after: equals)...])
        }
    }

    /// Signs a user in, following the redirects of a browser.
    mutating func signIn(_ person: String) async throws {
        let begin = try await send(.get, "/auth/login?provider=demo", accept: "text/html")
        guard let location = begin.fields.value(.location), let provider = AbsoluteURL(location) else {
            throw SoakError("sign-in did not begin: \(begin.status.code)")
        }
        let items = (Target(path: "/", query: provider.query).queryItems ?? []) + [("person", person)]
        let consent = try await send(.post, location.split(separator: "?")[0].description, form: items)
        guard let back = consent.fields.value(.location) else {
            throw SoakError("the provider did not consent: \(consent.status.code)")
        }
        let callback = try await send(.get, back, accept: "text/html")
        guard callback.status.code == 303 else {
            throw SoakError("the callback returned \(callback.status.code)")
        }
        let me = try await send(.get, "/api/v1/me")
        formToken = try JSONDocument(parsing: me.body).root.member("csrf_token")?.string
        guard formToken != nil else { throw SoakError("no session after a sign-in: \(me.status.code)") }
    }
}
