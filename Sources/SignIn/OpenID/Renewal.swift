public import JSON
internal import Text
internal import Time
public import Tokens

/// What asking the provider about a session came to.
public enum Renewal: Sendable {
    /// New claims; and the refresh token to use next, where it changed.
    case renewed(VerifiedClaims, refreshToken: String?)
    /// The provider ended it, or speaks of somebody else now.
    case ended(detail: String)
    /// The provider cannot answer at the moment.
    case outage(detail: String)
    /// It answered, and not with anything that could renew the claims.
    case notRenewed(detail: String)
}

extension RelyingParty {
    /// Asks the provider whether the person is still who they were (OpenID Connect Core 1.0, section 12).
    ///
    /// - Parameter lacksClaims: whether claims that a mapping looks at are not among these.
    public func renew(
        _ claims: VerifiedClaims, refreshToken: String, lacksClaims: @Sendable (JSONValue) -> Bool
    ) async -> Renewal {
        let answer: TokenAnswer
        do throws(SignInFailure) {
            answer = try await tokenEndpoint.call([
                ("grant_type", "refresh_token"), ("refresh_token", refreshToken),
            ])
        } catch {
            switch error.reason {
            case .codeRefused: return .ended(detail: error.detail)
            case .clientRefused, .providerUnavailable: return .outage(detail: error.detail)
            default: return .notRenewed(detail: error.detail)
            }
        }
        guard let idToken = answer.idToken else { return await renewed(claims, byUserinfoWith: answer) }
        var expected = IDTokenExpectations()
        expected.accessToken = answer.accessToken
        do throws(TokenRefusal) {
            let renewed = try await verify(idToken, expected)
            guard renewed.identity == claims.identity, renewed.providerSubject.isExactly(claims.providerSubject) else {
                return .ended(detail: "the renewed ID token is somebody else's")
            }
            return .renewed(
                await completed(renewed, with: answer.accessToken, where: lacksClaims),
                refreshToken: answer.refreshToken)
        } catch {
            if error.reason == .issuerUnknown { return .ended(detail: "the renewed ID token is another issuer's") }
            return .notRenewed(detail: "the renewed ID token is refused: \(error.reason.rawValue)")
        }
    }
}
