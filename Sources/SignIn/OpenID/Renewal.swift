internal import HTTPClient
public import JSON
internal import Text
internal import Time
public import Tokens

/// What asking the provider about a session came to.
public enum Renewal: Sendable {
    case renewed(VerifiedClaims)
    /// The provider ended it, or speaks of somebody else now.
    case ended(detail: String)
    /// The provider cannot answer at the moment.
    case outage(detail: String)
    /// It answered, and not with anything that could renew the claims.
    case notRenewed(detail: String)
}

extension Renewal {
    /// What a refresh comes to that brought no tokens. Every refusal means that the user signs in again now, except one
    /// of the gateway as a client, which says nothing about the user: the claims then last their time. A server that
    /// fails, is busy or cannot be reached is an outage. A redirect, or an answer that cannot be read, is neither.
    init(_ failure: SignInFailure) {
        if failure.isRefusal {
            self = .ended(detail: failure.detail)
        } else if failure.reason == .providerUnavailable {
            self = .outage(detail: failure.detail)
        } else {
            self = .notRenewed(detail: failure.detail)
        }
    }
}

extension OutboundLimits {
    /// No request waits so long. The answer is worth waiting for: it may hold the only refresh token that still works.
    fileprivate static var refresh: OutboundLimits {
        var limits = OutboundLimits()
        limits.head = .seconds(30)
        limits.whole = .seconds(30)
        return limits
    }
}

extension RelyingParty {
    /// Asks the provider whether the person is still who they were (OpenID Connect Core 1.0, section 12).
    ///
    /// - Parameter lacksClaims: whether claims that a mapping looks at are not among these.
    /// - Returns: what came of it, and the refresh token to use next if the provider gave one. That token is kept whatever
    ///   came of it: the old one may not work any more.
    public func renew(
        _ claims: VerifiedClaims, refreshToken: String, lacksClaims: @Sendable (JSONValue) -> Bool
    ) async -> (outcome: Renewal, refreshToken: String?) {
        let answer: TokenAnswer
        do throws(SignInFailure) {
            answer = try await tokenEndpoint.call(
                [("grant_type", "refresh_token"), ("refresh_token", refreshToken)], hiding: [refreshToken],
                limits: .refresh, inBackground: true)
        } catch {
            return (Renewal(error), nil)
        }
        return (await renewed(claims, by: answer, lacksClaims: lacksClaims), answer.refreshToken)
    }

    private func renewed(
        _ claims: VerifiedClaims, by answer: TokenAnswer, lacksClaims: @Sendable (JSONValue) -> Bool
    ) async -> Renewal {
        guard let idToken = answer.idToken else { return await renewed(claims, byUserinfoWith: answer) }
        var expected = IDTokenExpectations()
        expected.accessToken = answer.accessToken
        do throws(TokenRefusal) {
            let renewed = try await verify(idToken, expected)
            guard renewed.identity == claims.identity, renewed.providerSubject.isExactly(claims.providerSubject) else {
                return .ended(detail: "the renewed ID token is somebody else's")
            }
            return .renewed(await completed(renewed, with: answer.accessToken, where: lacksClaims))
        } catch {
            if error.reason == .issuerUnknown {
                return .ended(detail: "the renewed ID token is another issuer's: \(error.loggedDetail)")
            }
            let detail = "the renewed ID token is refused (\(error.reason.rawValue)): \(error.loggedDetail)"
            return error.reason == .keysUnavailable ? .outage(detail: detail) : .notRenewed(detail: detail)
        }
    }
}
