internal import JSON
internal import Text

/// The condition on a bearer token's audience.
struct AudienceRule: Sendable {
    private static let usual = "aud"

    /// Accepted audiences; the token must name at least one.
    let accepted: [String]
    /// Claims that may name the audience; the first one present decides.
    let claims: [String]

    init(accepted: [String], in claims: [String] = [AudienceRule.usual]) {
        self.accepted = accepted
        self.claims = claims
    }

    /// True if `aud` is one of the claims. Otherwise a token with an `aud` is for another service, and a `token_use`
    /// other than `access` is refused.
    var listsAudience: Bool { claims.contains(exactly: AudienceRule.usual) }

    /// Returns true if the token is for an accepted audience. Only the first audience claim present counts.
    func isMet(by token: JSONValue) -> Bool {
        guard let value = deciding(token)?.value else { return false }
        return AudienceRule.audience(value, intersects: accepted)
    }

    /// Checks the audience.
    ///
    /// - Throws: `audience_mismatch`
    func check(_ token: JSONValue) throws(TokenRefusal) {
        guard !isMet(by: token) else { return }
        if !listsAudience, token.member(AudienceRule.usual) != nil {
            throw TokenRefusal(
                .audienceMismatch, "The token has an \"aud\", but the provider's \"audience_claims\" does not list it.",
                facts: "It is \((token.member(AudienceRule.usual)).map(\.shown) ?? ""); accepted: \(accepted.shown)."
            )
        }
        guard let (name, value) = deciding(token) else {
            throw TokenRefusal(
                .audienceMismatch, "The token has no \(claims.map { "\"\($0)\"" }.joined(separator: " or ")).",
                facts: "Accepted: \(accepted.shown).")
        }
        throw TokenRefusal(
            .audienceMismatch, "The token's \"\(name)\" names no accepted audience.",
            facts: "It is \(value.shown); accepted: \(accepted.shown).")
    }

    private func deciding(_ token: JSONValue) -> (name: String, value: JSONValue)? {
        guard listsAudience || token.member(AudienceRule.usual) == nil else { return nil }
        for name in claims {
            if let value = token.member(name) { return (name, value) }
        }
        return nil
    }

    // `aud` is one string or an array of strings (RFC 7519, section 4.1.3).
    static func audience(_ value: JSONValue, intersects accepted: [String]) -> Bool {
        switch value.kind {
        case .string: accepted.contains(where: value.equals)
        case .array: value.elements.contains { accepted.contains(where: $0.equals) }
        default: false
        }
    }
}
