public import Identities
internal import JSON
public import Time

/// The content of a logout token: which sessions to end.
public struct LogoutNotice: Sendable, Hashable {
    public let issuer: Issuer
    /// The user's `sub` at the provider, regardless of `subject_claim`; nil if the token names only a session.
    public let subject: Subject?
    /// The provider's session (`sid`); nil to end all sessions of the subject.
    public let sessionID: String?
    /// The token id (`jti`). Each id is accepted once.
    public let tokenID: String
    /// Time until which ``tokenID`` must be remembered to detect a replay.
    public let rememberUntil: Timestamp
}

/// A verifier of logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6).
public struct LogoutTokenVerifier: Sendable {
    /// The maximum age of an accepted token.
    public static let maximumAge: Duration = .seconds(300)

    private let provider: TrustedProvider
    private let clientID: String

    public init(_ provider: TrustedProvider, clientID: String) {
        self.provider = provider
        self.clientID = clientID
    }

    /// Returns the sessions to end. Replays are not detected here: the caller checks ``LogoutNotice/tokenID``.
    public func verify(_ token: String, at now: Timestamp) throws(TokenRefusal) -> LogoutNotice {
        let signed = try SignedClaims(Array(token.utf8), of: provider)
        let claims = signed.claims.root
        guard signed.header.type == nil || signed.header.type == "jwt" || signed.header.type == "logout+jwt" else {
            throw TokenRefusal(.typeMismatch, "The header's \"typ\" does not name a logout token.")
        }
        guard let events = claims.member("events"), events.kind == .object,
            events.member("http://schemas.openid.net/event/backchannel-logout")?.kind == .object
        else { throw TokenRefusal(.typeMismatch, "The token's \"events\" does not name a back-channel logout.") }
        // Without this check, an ID token could be used as a logout token.
        guard claims.member("nonce") == nil else {
            throw TokenRefusal(.typeMismatch, "A logout token must not have a \"nonce\".")
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
        // The final specification added `exp`; some providers still omit it.
        if let expires = try checks.time("exp", isRequired: false), now >= expires + provider.clockSkew {
            throw TokenRefusal(.expired, "The token expired at \(expires.rfc3339).")
        }
        guard issued <= now + provider.clockSkew else {
            throw TokenRefusal(.issuedInFuture, "The token's time of issue is in the future.")
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
            issuer: provider.issuer, subject: subject.map { Subject($0) }, sessionID: sessionID,
            tokenID: tokenID,
            rememberUntil: now + LogoutTokenVerifier.maximumAge + provider.clockSkew + provider.clockSkew)
    }
}
