internal import Identities
internal import JSON
internal import Text
internal import Time

/// The checks of a token's claims after its signature (RFC 7519, section 4.1). The first failed check gives the reason.
struct ClaimChecks {
    let header: TokenHeader
    let claims: JSONValue
    let parties: TokenParties
    let subjectClaim: String
    let clockSkew: Duration
    let maximumAge: Duration

    struct Outcome {
        let subject: Subject
        let validity: Range<Timestamp>
    }

    func check(at now: Timestamp) throws(TokenRefusal) -> Outcome {
        try checkType()
        try parties.check(claims)
        let expires = try time("exp", isRequired: true)
        let issued = try time("iat", isRequired: true)
        let notBefore = try time("nbf", isRequired: false)
        let subject = try text("sub", isEmptyAllowed: true)
        let preferred = subjectClaim.isExactly("sub") ? nil : try text(subjectClaim)
        // Sessions are looked up by `sid`, and the store accepts no NUL.
        if case .client = parties, claims.member("sid")?.kind == .string {
            _ = try text("sid", isEmptyAllowed: true, longest: ClaimChecks.longestSession)
        }
        guard let expires, let issued else { throw TokenRefusal(.claimMalformed, "\"exp\" or \"iat\" is missing.") }
        try check(expires: expires, notBefore: notBefore, issued: issued, at: now)
        guard let subject, !subject.isEmpty else { throw TokenRefusal(.subjectMissing, "The token has no \"sub\".") }
        // A bearer token's `sub` is no substitute: it may equal the subject of another user's ID token.
        if case .bearer = parties, preferred == nil, !subjectClaim.isExactly("sub") {
            throw TokenRefusal(
                .subjectMissing, "The token has no \"\(subjectClaim)\", the provider's \"subject_claim\".")
        }
        let from = max(notBefore ?? issued, issued) - clockSkew
        let until = min(expires + clockSkew, issued + maximumAge + clockSkew)
        return Outcome(subject: Subject(preferred ?? subject), validity: min(from, until)..<until)
    }

    /// Checks `exp`, `nbf` and `iat` if they are present, for tokens that do not require them.
    func checkPresentTimes(at now: Timestamp) throws(TokenRefusal) {
        try check(
            expires: try time("exp", isRequired: false), notBefore: try time("nbf", isRequired: false),
            issued: try time("iat", isRequired: false), at: now)
    }

    private func check(
        expires: Timestamp?, notBefore: Timestamp?, issued: Timestamp?, at now: Timestamp
    ) throws(TokenRefusal) {
        if let expires, now >= expires + clockSkew {
            throw TokenRefusal(.expired, "The token expired at \(expires.rfc3339).")
        }
        if let notBefore, now + clockSkew < notBefore {
            throw TokenRefusal(.notYetValid, "The token is not valid before \(notBefore.rfc3339).")
        }
        guard let issued else { return }
        guard issued <= now + clockSkew else {
            throw TokenRefusal(
                .issuedInFuture, "The token's time of issue is in the future: \(issued.rfc3339).")
        }
        guard now < issued + maximumAge + clockSkew else {
            throw TokenRefusal(
                .tokenTooOld,
                "The token was issued at \(issued.rfc3339), more than \(maximumAge.configurationText) ago.")
        }
    }

    private func checkType() throws(TokenRefusal) {
        guard header.isTokenType else {
            throw TokenRefusal(
                .typeMismatch, "The header's \"typ\" names another kind of token.",
                facts: "It is \(header.document.root.member("typ")?.shown ?? "none").")
        }
        // Logout and other event tokens have `events` (RFC 8417). Tokens with `cnf` are bound to a key, and the gateway
        // does not check proof of possession (RFC 7800).
        for name in ["events", "cnf"] where claims.member(name) != nil {
            throw TokenRefusal(.typeMismatch, "A token with \"\(name)\" is neither a bearer token nor an ID token.")
        }
        // Amazon Cognito's ID tokens also have the audience claim of its access tokens.
        if case .bearer(let audiences, _) = parties, !audiences.listsAudience, let use = claims.member("token_use"),
            !use.equals("access")
        {
            throw TokenRefusal(
                .typeMismatch, "The token's \"token_use\" is not \"access\".", facts: "It is \(use.shown).")
        }
    }

    func time(_ name: String, isRequired: Bool) throws(TokenRefusal) -> Timestamp? {
        guard let value = claims.member(name) else {
            if isRequired { throw TokenRefusal(.claimMalformed, "The token has no \"\(name)\".") }
            return nil
        }
        guard let seconds = value.double, let moment = Timestamp(numericDate: seconds) else {
            throw TokenRefusal(.claimMalformed, "The token's \"\(name)\" is not a number of seconds.")
        }
        // Earlier times have the same effect, and the earliest ones cannot be formatted as a date.
        return max(moment, Timestamp(seconds: -9_200_000_000))
    }

    /// The maximum length of `sid`, in characters. Providers issue longer session ids than subjects.
    static let longestSession = 1024

    /// Returns a claim that is stored, or looked up in the store, which accepts no NUL. Returns nil if the claim is
    /// absent.
    ///
    /// - Parameter longest: the maximum length, in characters.
    func text(
        _ name: String, isEmptyAllowed: Bool = false, longest: Int = 255
    ) throws(TokenRefusal) -> String? {
        guard let value = claims.member(name) else { return nil }
        guard let text = value.string, text.unicodeScalars.count <= longest, isEmptyAllowed || !text.isEmpty,
            !text.utf8.contains(0)
        else {
            throw TokenRefusal(
                .claimMalformed, "The token's \"\(name)\" is not a string of 1–\(longest) characters without NUL.")
        }
        return text
    }
}
