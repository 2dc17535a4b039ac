public import Cryptography
public import HTTPMessage
internal import Text
internal import Time

/// The redirect to the provider (OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636; RFC 6749, section 4.1.1).
public struct AuthorizationRequest: Sendable {
    /// The URL to redirect the browser to.
    public let url: String

    /// - Parameters:
    ///   - endpoint: the provider's authorization endpoint.
    ///   - state: the sealed attempt.
    ///   - loginHint: an address that the user entered.
    ///   - asksWho: true to send `prompt=select_account` (OpenID Connect Core 1.0, section 3.1.2.1).
    public init(
        _ attempt: SignInAttempt, at endpoint: AbsoluteURL, state: String, loginHint: String?, asksWho: Bool,
        client: ClientRegistration
    ) throws(CryptographyError) {
        var items: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", client.clientID), ("redirect_uri", client.redirectURI),
            ("scope", client.scopes.joined(separator: " ")), ("state", state), ("nonce", attempt.nonce),
            ("code_challenge", try attempt.challenge), ("code_challenge_method", "S256"),
        ]
        if let age = client.maximumAuthenticationAge { items.append(("max_age", String(age.components.seconds))) }
        if !client.contextClasses.isEmpty {
            items.append(("acr_values", client.contextClasses.joined(separator: " ")))
        }
        if let loginHint { items.append(("login_hint", loginHint)) }
        if asksWho {
            // Configured prompts are kept, except `none`, which excludes every other value (OpenID Connect Core 1.0,
            // 3.1.2.1).
            let others = (client.authorizationParameters["prompt"] ?? "").words(between: " ")
                .filter { !["none", "select_account"].contains(exactly: $0) }
            items.append(("prompt", (["select_account"] + others).joined(separator: " ")))
        }
        let own = Set(items.map { ExactText($0.name) })
        for (name, value) in client.authorizationParameters.sorted(by: { $0.key.text < $1.key.text })
        where !own.contains(name) {
            items.append((name.text, value))
        }
        url = endpoint.adding(query: items)
    }
}

extension AbsoluteURL {
    /// Returns the URL with further parameters after its own (RFC 6749, section 3.1).
    func adding(query items: [(name: String, value: String)]) -> String {
        let separator = query.map { $0.isEmpty ? "" : "&" } ?? "?"
        return "\(scheme)://\(authority)\(requestTarget)\(separator)\(FormEncoding.query(items))"
    }
}
