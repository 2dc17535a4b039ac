internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import Tokens

extension RelyingParty {
    /// What the userinfo endpoint says (OpenID Connect Core 1.0, section 5.3); `nil` where there is none, or where it
    /// cannot be had.
    func userinfo(_ accessToken: String?) async -> JSONDocument? {
        guard let accessToken, let url = await remote.metadata()?.userinfoEndpoint else { return nil }
        let fields = Fields([(.authorization, "Bearer \(accessToken)"), (.accept, "application/json")])
        var request = OutboundRequest(.get, url, fields: fields, policy: remote.policy)
        request.limits = .lookUp
        guard let response = try? await http.send(request), response.status == .ok else { return nil }
        return try? JSONDocument(parsing: response.body, maximumBytes: 64 << 10)
    }

    /// The claims with what userinfo adds, where claims are missing. Without an answer they stay as they are: fewer
    /// claims never earn more.
    func completed(
        _ claims: VerifiedClaims, with accessToken: String?, where lacksClaims: @Sendable (JSONValue) -> Bool
    ) async -> VerifiedClaims {
        guard lacksClaims(claims.claims.root), let info = await userinfo(accessToken) else { return claims }
        return claims.adding(userinfo: info) ?? claims
    }
}
