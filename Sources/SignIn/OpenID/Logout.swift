internal import Addresses
internal import HTTPMessage
internal import Snapshots
internal import Text
internal import Time
public import Tokens

extension RelyingParty {
    /// Returns the URL that ends the session at the provider too (OpenID Connect RP-Initiated Logout 1.0, section 2).
    /// Returns nil if the provider does not offer it, or cannot be reached.
    public func logoutURL(idToken: String?, state: String) async -> String? {
        guard let endpoint = try? await remote.metadata(.brief, for: requestID)[.endSession] else { return nil }
        var items: [(name: String, value: String)] = [
            ("client_id", client.clientID), ("post_logout_redirect_uri", client.postLogoutRedirectURI),
            ("state", state),
        ]
        items += client.logoutParameters.sorted { $0.key.text < $1.key.text }.map { ($0.key.text, $0.value) }
        // A very long hint would exceed the maximum length of a request line.
        if let idToken, idToken.utf8.count <= 6 << 10 { items.insert(("id_token_hint", idToken), at: 0) }
        return endpoint.adding(query: items)
    }

    /// Verifies a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).
    ///
    /// - Parameter address: the address of the client that sent the token, which may differ from the provider's.
    public func verify(
        logoutToken: String, from address: String
    ) async throws(TokenRefusal) -> LogoutNotice {
        try await verify(from: .client(ClientPrefix(address)), .brief) { trusted throws(TokenRefusal) in
            try LogoutTokenVerifier(trusted, clientID: client.clientID).verify(logoutToken, at: now())
        }
    }
}
