internal import JSON
public import Time

/// What a provider says in a logout token: whose sessions end.
public struct LogoutNotice: Sendable, Hashable {
    public let issuer: String
    /// The provider's own name of the person (`sub`, whatever `subject_claim` says); `nil` where only a session is meant.
    public let subject: String?
    /// The provider's session (`sid`); `nil` where all of the subject's are meant.
    public let sessionID: String?
    /// `jti`: each is taken once.
    public let tokenID: String
    /// Until when a second token with this ``tokenID`` would still be taken for a first one.
    public let rememberUntil: Timestamp
}

/// Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6).
public struct LogoutTokenVerifier: Sendable {
    /// Older tokens are refused.
    public static let maximumAge: Duration = .seconds(300)

    private let provider: TrustedProvider
    private let clientID: String

    public init(_ provider: TrustedProvider, clientID: String) {
        self.provider = provider
        self.clientID = clientID
    }

    public func verify(_ token: String, at now: Timestamp) throws(TokenRefusal) -> LogoutNotice {
        let signed = try SignedClaims(Array(token.utf8), of: provider)
        let claims = signed.claims.root
        guard signed.header.type == nil || signed.header.type == "jwt" || signed.header.type == "logout+jwt" else {
            throw TokenRefusal(.typeMismatch, "The header's \"typ\" is not that of a logout token.")
        }
        guard let events = claims.member("events"), events.kind == .object,
            events.member("http://schemas.openid.net/event/backchannel-logout")?.kind == .object
        else { throw TokenRefusal(.typeMismatch, "The token's \"events\" is not that of a back-channel logout.") }
        // An ID token could otherwise be sent in its place.
        guard claims.member("nonce") == nil else {
            throw TokenRefusal(.typeMismatch, "A logout token has no \"nonce\".")
        }
        try TokenParties.client(clientID).check(claims)
        let checks = ClaimChecks(
            header: signed.header, claims: signed.claims.root, parties: .anyone, subjectClaim: "sub",
            clockSkew: provider.clockSkew, maximumAge: LogoutTokenVerifier.maximumAge)
        try checkTimes(checks, at: now)
        return try notice(checks, at: now)
    }

    private func checkTimes(_ checks: ClaimChecks, at now: Timestamp) throws(TokenRefusal) {
        guard let issued = try checks.time("iat", isRequired: true) else { return }
        // `exp` came with the final specification, and some providers still leave it out.
        if let expires = try checks.time("exp", isRequired: false), now >= expires + provider.clockSkew {
            throw TokenRefusal(.expired, "The token expired at \(expires.rfc3339).")
        }
        guard issued <= now + provider.clockSkew else {
            throw TokenRefusal(.issuedInFuture, "The token says that it is issued at a time to come.")
        }
        guard now <= issued + LogoutTokenVerifier.maximumAge else {
            throw TokenRefusal(.tokenTooOld, "The token was issued more than five minutes ago.")
        }
    }

    private func notice(_ checks: ClaimChecks, at now: Timestamp) throws(TokenRefusal) -> LogoutNotice {
        let (subject, sessionID) = (try checks.text("sub"), try checks.text("sid", longest: ClaimChecks.longestSession))
        guard let tokenID = try checks.text("jti") else {
            throw TokenRefusal(.claimMalformed, "The token has no \"jti\".")
        }
        guard subject != nil || sessionID != nil else {
            throw TokenRefusal(.subjectMissing, "The token has neither \"sub\" nor \"sid\".")
        }
        return LogoutNotice(
            issuer: TrustedProvider.canonicalIssuer(provider.issuer), subject: subject, sessionID: sessionID,
            tokenID: tokenID,
            rememberUntil: now + LogoutTokenVerifier.maximumAge + provider.clockSkew + provider.clockSkew)
    }
}
