public import ClaimMapping
internal import Identities
internal import Text
internal import Time
public import Tokens

/// The result of a completed sign-in.
public struct CompletedSignIn: Sendable {
    public let claims: VerifiedClaims
    /// The refresh token; nil if the provider issued none. Most providers require the scope `offline_access` for it.
    public let refreshToken: String?
    /// The ID token as received, for use as a hint in the logout request.
    public let idToken: String
}

extension RelyingParty {
    /// Checks that the callback is from this provider, before the code is sent anywhere. The attempt must have begun at
    /// the provider as it is configured now, and `iss` must name it (RFC 9207, section 2.4). A present `iss` is always
    /// compared; it is required if the provider announces it.
    ///
    /// - Throws: `state_invalid`, `issuer_mismatch`, or `provider_unavailable` if the provider's metadata cannot be
    ///   fetched.
    public func check(_ callback: Callback, of attempt: SignInAttempt) async throws(SignInError) {
        guard attempt.provider == id, attempt.issuer == client.provider.issuer else {
            throw SignInError(.stateInvalid, "the sign-in began at another provider")
        }
        guard let issuer = callback.issuer else {
            if try await metadata().sendsIssuer { throw SignInError(.issuerMismatch, "the callback has no \"iss\"") }
            return
        }
        guard issuer == client.provider.issuer else {
            throw SignInError(
                .issuerMismatch,
                "the callback's \"iss\" is \(issuer.text.quoted(atMost: 200)), and the provider's issuer is "
                    + client.provider.issuer.text.quoted(atMost: 200))
        }
    }

    /// Redeems the code, verifies the ID token, and requests missing claims from userinfo.
    ///
    /// - Parameter needed: the claims that decide the user's access.
    public func redeem(
        _ code: String, of attempt: SignInAttempt, needing needed: NeededClaims
    ) async throws(SignInError) -> CompletedSignIn {
        let answer = try await tokenEndpoint.call(
            [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", client.redirectURI),
                ("code_verifier", attempt.verifier),
            ], hiding: [code, attempt.verifier])
        guard let idToken = answer.idToken else {
            throw SignInError(.answerMalformed, "the token endpoint's response has no \"id_token\"")
        }
        var expected = IDTokenExpectations()
        expected.nonce = attempt.nonce
        expected.code = code
        expected.accessToken = answer.accessToken
        expected.maximumAuthenticationAge = client.maximumAuthenticationAge
        expected.contextClasses = client.contextClasses
        do throws(TokenRefusal) {
            let claims = try await verify(idToken, expected)
            return CompletedSignIn(
                claims: await completed(claims, with: answer.accessToken, needing: needed),
                refreshToken: answer.refreshToken, idToken: idToken)
        } catch {
            let cause = error.reason == .keysUnavailable ? remote.keysError.map { " \($0)" } ?? "" : ""
            throw SignInError(.tokenRefused, error.loggedDetail + cause, tokenReason: error.reason)
        }
    }
}
