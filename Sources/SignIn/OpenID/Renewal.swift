public import ClaimMapping
internal import HTTPClient
internal import JSON
internal import Text
internal import Time
public import Tokens

/// The outcome of a session's renewal at the provider.
public enum Renewal: Sendable {
    case renewed(VerifiedClaims)
    /// The provider ended the session, or returned another user.
    case ended(detail: String)
    /// The provider reports a temporary failure, or cannot be reached.
    case outage(detail: String)
    /// The provider responded, but without a way to renew the claims.
    case notRenewed(detail: String)
}

extension Renewal {
    /// Classifies a refresh that returned no tokens. Every refusal ends the session, so that the user signs in again. A
    /// refusal of the gateway as a client is an exception, because it says nothing about the user: the claims then
    /// expire as usual. A server that fails, is busy or cannot be reached is an outage. A redirect, or a response that
    /// cannot be read, is neither a refusal nor an outage.
    init(_ failure: SignInError) {
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
    /// Limits for a background refresh, longer than any request waits. The response may hold the only valid refresh
    /// token, so waiting for it is worthwhile.
    fileprivate static var refresh: OutboundLimits {
        var limits = OutboundLimits()
        limits.head = .seconds(30)
        limits.whole = .seconds(30)
        return limits
    }
}

extension RelyingParty {
    /// Renews a session's claims at the provider (OpenID Connect Core 1.0, section 12).
    ///
    /// - Parameter needed: the claims that decide the user's access.
    /// - Returns: the outcome, and the next refresh token if the provider issued one. The caller must store that token
    ///   for every outcome, because the previous one may be invalid now.
    public func renew(
        _ claims: VerifiedClaims, refreshToken: String, needing needed: NeededClaims
    ) async -> (outcome: Renewal, refreshToken: String?) {
        let answer: TokenAnswer
        do throws(SignInError) {
            answer = try await tokenEndpoint.call(
                [("grant_type", "refresh_token"), ("refresh_token", refreshToken)], hiding: [refreshToken],
                limits: .refresh, inBackground: true)
        } catch {
            return (Renewal(error), nil)
        }
        return (await renewed(claims, by: answer, needing: needed), answer.refreshToken)
    }

    private func renewed(
        _ claims: VerifiedClaims, by answer: TokenAnswer, needing needed: NeededClaims
    ) async -> Renewal {
        guard let idToken = answer.idToken else { return await renewed(claims, byUserinfoWith: answer) }
        var expected = IDTokenExpectations()
        expected.accessToken = answer.accessToken
        do throws(TokenRefusal) {
            let renewed = try await verify(idToken, expected)
            guard renewed.providerSubject == claims.providerSubject else {
                return .ended(detail: "the renewed ID token has another \"sub\"")
            }
            // A refreshed ID token may lack the claim of `subject_claim` (OpenID Connect Core 1.0, section 12.2).
            guard renewed.identity == claims.identity else {
                let claim = client.provider.subjectClaim
                guard renewed.payload.member(claim) == nil else {
                    return .ended(detail: "the renewed ID token has another \(claim.quoted())")
                }
                return .notRenewed(
                    detail: "the renewed ID token has no \(claim.quoted()), which is the \"subject_claim\"")
            }
            return .renewed(await completed(renewed, with: answer.accessToken, needing: needed))
        } catch {
            if error.reason == .issuerUnknown {
                return .ended(detail: "the renewed ID token is from another issuer: \(error.loggedDetail)")
            }
            let detail = "the renewed ID token is refused (\(error.reason.rawValue)): \(error.loggedDetail)"
            return error.reason == .keysUnavailable ? .outage(detail: detail) : .notRenewed(detail: detail)
        }
    }
}
