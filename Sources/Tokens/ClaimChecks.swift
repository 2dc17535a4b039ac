internal import JSON
internal import Time

/// The checks of claims that every token has to pass once its signature is known to be good (RFC 7519, section 4.1), in
/// the contract's order.
struct ClaimChecks {
    let header: TokenHeader
    let claims: JSONValue
    /// `nil` where audiences are not looked at.
    let audiences: Set<String>?
    let authorizedParties: Set<String>
    let subjectClaim: String
    let clockSkew: Duration
    let maximumAge: Duration

    struct Outcome {
        let subject: String
        let validity: Range<Timestamp>
    }

    func check(at now: Timestamp) throws(TokenRefusal) -> Outcome {
        try checkType()
        try checkAudience()
        let expires = try time("exp", isRequired: true)
        let issued = try time("iat", isRequired: true)
        let notBefore = try time("nbf", isRequired: false)
        let subject = try text("sub")
        let preferred = subjectClaim == "sub" ? nil : try text(subjectClaim)
        guard let expires, let issued else { throw TokenRefusal(.claimMalformed, "\"exp\" or \"iat\" is missing.") }

        guard now < expires + clockSkew else {
            throw TokenRefusal(.expired, "The token expired at \(expires.rfc3339).")
        }
        if let notBefore, now + clockSkew < notBefore {
            throw TokenRefusal(.notYetValid, "The token counts only from \(notBefore.rfc3339) on.")
        }
        guard issued <= now + clockSkew else {
            throw TokenRefusal(
                .issuedInFuture, "The token says that it is issued at \(issued.rfc3339), which is to come.")
        }
        let tooOld = issued + maximumAge + clockSkew
        guard now < tooOld else {
            throw TokenRefusal(
                .tokenTooOld,
                "The token was issued at \(issued.rfc3339), longer ago than \(maximumAge.configurationText).")
        }
        guard let subject, !subject.isEmpty else { throw TokenRefusal(.subjectMissing, "The token has no \"sub\".") }
        let from = max(notBefore ?? issued, issued) - clockSkew
        let until = min(expires + clockSkew, tooOld)
        return Outcome(subject: preferred ?? subject, validity: min(from, until)..<until)
    }

    private func checkType() throws(TokenRefusal) {
        guard header.isTokenType else {
            throw TokenRefusal(.typeMismatch, "The header's \"typ\" is that of something else than a bearer token.")
        }
        // Logout and other event tokens (RFC 8417), and tokens bound to a key that nobody proved here (RFC 7800)
        for name in ["events", "cnf"] where claims.member(name) != nil {
            throw TokenRefusal(.typeMismatch, "A token with \"\(name)\" is no bearer token.")
        }
    }

    private func checkAudience() throws(TokenRefusal) {
        guard let audiences else { return }
        guard let audience = claims.member("aud") else {
            throw TokenRefusal(.audienceMismatch, "The token has no \"aud\".")
        }
        guard ClaimChecks.audience(audience, intersects: audiences) else {
            throw TokenRefusal(.audienceMismatch, "The token's \"aud\" names none of the audiences accepted here.")
        }
        guard !authorizedParties.isEmpty else { return }
        guard let party = claims.member("azp")?.string, authorizedParties.contains(party) else {
            throw TokenRefusal(.authorizedPartyMismatch, "The token's \"azp\" is none of the authorized parties.")
        }
    }

    // aud: one string, or an array of them (RFC 7519, section 4.1.3)
    static func audience(_ value: JSONValue, intersects accepted: Set<String>) -> Bool {
        switch value.kind {
        case .string: value.string.map(accepted.contains) ?? false
        case .array: value.elements.contains { $0.string.map(accepted.contains) ?? false }
        default: false
        }
    }

    private func time(_ name: String, isRequired: Bool) throws(TokenRefusal) -> Timestamp? {
        guard let value = claims.member(name) else {
            if isRequired { throw TokenRefusal(.claimMalformed, "The token has no \"\(name)\".") }
            return nil
        }
        guard let seconds = value.double, let moment = Timestamp(numericDate: seconds) else {
            throw TokenRefusal(.claimMalformed, "The token's \"\(name)\" is not a number of seconds.")
        }
        // Every moment before that is past alike, and the calendar's own first one cannot be written as a date.
        return max(moment, Timestamp(seconds: -9_200_000_000))
    }

    /// `nil` where the claim is absent; a subject claim that is there has to be a string of at most 255 characters.
    private func text(_ name: String) throws(TokenRefusal) -> String? {
        guard let value = claims.member(name) else { return nil }
        guard let text = value.string, text.unicodeScalars.count <= 255, name == "sub" || !text.isEmpty else {
            throw TokenRefusal(.claimMalformed, "The token's \"\(name)\" is not a string of 1–255 characters.")
        }
        return text
    }
}
