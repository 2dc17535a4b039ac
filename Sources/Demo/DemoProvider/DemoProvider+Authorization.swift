internal import Cryptography
internal import HTTPMessage
internal import Synchronization
internal import Text
internal import Time

/// An authorization request with a known client and redirect URI (RFC 6749, section 4.1.1; RFC 7636, section 4.3).
struct DemoAuthorization {
    let client: DemoClient
    let redirectURI: String
    let values: [ExactText: String]

    var state: String? { values["state"] }
    var prompt: [Substring] { (values["prompt"] ?? "").words(between: " ") }
    var scopes: [String] { (values["scope"] ?? "").words(between: " ").map { String($0) } }
    var isPosted: Bool { values["response_mode"] == "form_post" }

    /// The error code for the client; nil if the request is valid.
    var fault: String? {
        if values["response_type"] != "code" { return "unsupported_response_type" }
        if !scopes.contains(exactly: "openid") { return "invalid_scope" }
        if values["code_challenge_method"] != "S256" || values["code_challenge"]?.utf8.count != 43 {
            return "invalid_request"
        }
        return nil
    }
}

extension DemoProvider {
    /// Returns nil if the client or the redirect URI is unknown. The browser must then not be redirected.
    private func authorization(_ items: [(name: String, value: String)]) -> DemoAuthorization? {
        let values = Dictionary(items.map { (ExactText($0.name), $0.value) }, uniquingKeysWith: { first, _ in first })
        guard values.count == items.count,
            let client = clients.first(where: { $0.id.isExactly(values["client_id"] ?? "") }),
            let redirectURI = values["redirect_uri"], client.redirectURIs.contains(exactly: redirectURI)
        else { return nil }
        return DemoAuthorization(client: client, redirectURI: redirectURI, values: values)
    }

    /// Asks the user for an account, unless the browser has a session and the request does not demand a new choice.
    func authorize(_ items: [(name: String, value: String)], cookie: String?, at now: Timestamp) -> Response {
        guard let request = authorization(items) else { return unknownClient }
        if let fault = request.fault { return answer(request, [("error", fault)]) }
        let browser = cookie.flatMap { cookie in state.withLock { $0.browser(cookie, at: now) } }
        let isRecent = request.values["max_age"].flatMap(Int64.init).map { age in
            browser.map { now < $0.authenticatedAt + .seconds(age) } ?? false
        }
        let mustAsk =
            request.prompt.contains(exactly: "login") || request.prompt.contains(exactly: "select_account")
            || isRecent == false
        if let browser, !mustAsk { return grant(request, browser, at: now) }
        if request.prompt.contains(exactly: "none") { return answer(request, [("error", "login_required")]) }
        let hint = request.values["login_hint"]
        let people =
            people.filter { $0.email.isExactly(hint ?? "") } + people.filter { !$0.email.isExactly(hint ?? "") }
        return DemoPages.choice(people, request: items, client: request)
    }

    /// Completes the request after the user chose an account.
    func decide(_ items: [(name: String, value: String)], at now: Timestamp) -> Response {
        let person = items.first { $0.name == "person" }?.value
        guard let request = authorization(items.filter { $0.name != "person" }) else { return unknownClient }
        if let fault = request.fault { return answer(request, [("error", fault)]) }
        guard let person, people.contains(where: { $0.id.isExactly(person) }) else {
            return answer(request, [("error", "access_denied")])
        }
        do {
            let session = Base64URL.encode(try RandomBytes.make(12))
            let browser = DemoState.Browser(person: person, authenticatedAt: now, session: session)
            let cookie = try state.withLock { state throws(CryptographyError) in
                try state.makeBrowser(browser, at: now)
            }
            var response = grant(request, browser, at: now)
            response.fields.append(
                .setCookie, "\(DemoProvider.cookieName)=\(cookie); Path=/; HttpOnly; SameSite=Lax")
            return response
        } catch {
            return answer(request, [("error", "server_error")])
        }
    }

    private func grant(_ request: DemoAuthorization, _ browser: DemoState.Browser, at now: Timestamp) -> Response {
        let grant = DemoState.Grant(
            clientID: request.client.id, redirectURI: request.redirectURI, person: browser.person,
            scopes: request.scopes, nonce: request.values["nonce"], challenge: request.values["code_challenge"] ?? "",
            contextClass: request.values["acr_values"]?.words(between: " ").first.map { String($0) },
            authenticatedAt: browser.authenticatedAt, session: browser.session)
        let code = state.withLock { try? $0.makeCode(grant, at: now) }
        return answer(request, code.map { [("code", $0)] } ?? [("error", "server_error")])
    }

    /// Responds to the client by a redirect, or by a form that the user submits (OAuth 2.0 Form Post Response Mode).
    private func answer(_ request: DemoAuthorization, _ items: [(name: String, value: String)]) -> Response {
        var items = items
        if let state = request.state { items.append(("state", state)) }
        items.append(("iss", issuer))
        guard !request.isPosted else { return DemoPages.post(items, to: request.redirectURI) }
        return DemoPages.goOn(to: DemoProvider.adding(items, to: request.redirectURI))
    }

    static func adding(_ items: [(name: String, value: String)], to url: String) -> String {
        url + (url.holds("?") ? "&" : "?") + FormEncoding.query(items)
    }

    private var unknownClient: Response {
        DemoPages.message(
            .badRequest, "Unknown application",
            "The request names an unknown client, or a redirect URI that is not registered for the client.")
    }

    /// Ends the browser's session (OpenID Connect RP-Initiated Logout 1.0), and redirects only to a known client.
    func logout(_ items: [(name: String, value: String)], cookie: String?) -> Response {
        let values = Dictionary(items.map { (ExactText($0.name), $0.value) }, uniquingKeysWith: { first, _ in first })
        if let cookie { state.withLock { $0.endBrowser(cookie) } }
        let client = clients.first { $0.id.isExactly(values["client_id"] ?? "") }
        var response: Response
        if let target = values["post_logout_redirect_uri"],
            client?.postLogoutRedirectURIs.contains(exactly: target) == true
        {
            response = DemoPages.goOn(
                to: DemoProvider.adding(values["state"].map { [("state", $0)] } ?? [], to: target))
        } else {
            response = DemoPages.message(.ok, "You are signed out", "The demo provider has ended your session.")
        }
        response.fields.append(.setCookie, "\(DemoProvider.cookieName)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
        return response
    }
}
