internal import JSON

/// For whom a token has to be, and on whose behalf: `aud` and `azp`.
enum TokenParties {
    /// Neither is looked at.
    case anyone
    /// `aud` names one of the audiences; `azp` is looked at only where parties are listed.
    case bearer(audiences: [String], authorizedParties: [String])
    /// `aud` names the client, and `azp` is the client: required beside other audiences, checked where present
    /// (OpenID Connect Core 1.0, section 3.1.3.7).
    case client(String)

    func check(_ claims: JSONValue) throws(TokenRefusal) {
        switch self {
        case .anyone: break
        case .bearer(let audiences, let authorizedParties):
            try TokenParties.check(claims, isFor: audiences)
            guard !authorizedParties.isEmpty else { return }
            guard let party = claims.member("azp"), authorizedParties.contains(where: party.equals) else {
                throw TokenRefusal(
                    .authorizedPartyMismatch, "The token's \"azp\" is none of the authorized parties.")
            }
        case .client(let client):
            try TokenParties.check(claims, isFor: [client])
            let party = claims.member("azp")
            let hasSeveral = claims.member("aud").map { $0.kind == .array && $0.count > 1 } ?? false
            guard party != nil || hasSeveral else { return }
            guard party?.equals(client) ?? false else {
                throw TokenRefusal(.authorizedPartyMismatch, "The token's \"azp\" is not the provider's client_id.")
            }
        }
    }

    private static func check(_ claims: JSONValue, isFor accepted: [String]) throws(TokenRefusal) {
        guard let audience = claims.member("aud") else {
            throw TokenRefusal(.audienceMismatch, "The token has no \"aud\".")
        }
        guard TokenParties.audience(audience, intersects: accepted) else {
            throw TokenRefusal(.audienceMismatch, "The token's \"aud\" names none of the audiences accepted here.")
        }
    }

    // aud: one string, or an array of them (RFC 7519, section 4.1.3)
    static func audience(_ value: JSONValue, intersects accepted: [String]) -> Bool {
        switch value.kind {
        case .string: accepted.contains(where: value.equals)
        case .array: value.elements.contains { accepted.contains(where: $0.equals) }
        default: false
        }
    }
}
