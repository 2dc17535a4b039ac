internal import JSON
internal import Text

/// The required audience (`aud`) and authorized party (`azp`) of a token.
enum TokenParties {
    /// Neither claim is checked.
    case anyone
    /// An audience claim must name an accepted audience. `azp` is checked only if authorized parties are listed.
    case bearer(AudienceRule, authorizedParties: [String])
    /// `aud` must name the client. `azp` must be the client if present, and is required if there are other audiences
    /// (OpenID Connect Core 1.0, section 3.1.3.7).
    case client(String)

    func check(_ claims: JSONValue) throws(TokenRefusal) {
        switch self {
        case .anyone: break
        case .bearer(let audiences, let authorizedParties):
            try audiences.check(claims)
            guard !authorizedParties.isEmpty else { return }
            guard let party = claims.member("azp") else {
                throw TokenRefusal(
                    .authorizedPartyMismatch,
                    "The token has no \"azp\", and the provider's \"authorized_parties\" requires one."
                )
            }
            guard authorizedParties.contains(where: party.equals) else {
                throw TokenRefusal(
                    .authorizedPartyMismatch, "The token's \"azp\" is not an authorized party.",
                    facts: "It is \(party.shown); accepted: \(authorizedParties.shown).")
            }
        case .client(let client):
            try AudienceRule(accepted: [client]).check(claims)
            guard let party = claims.member("azp") else {
                let hasSeveral = claims.member("aud").map { $0.kind == .array && $0.count > 1 } ?? false
                guard hasSeveral else { return }
                throw TokenRefusal(
                    .authorizedPartyMismatch, "The token has several audiences and no \"azp\".",
                    facts: "Its \"aud\" is \(claims.member("aud")?.shown ?? "none").")
            }
            guard party.equals(client) else {
                throw TokenRefusal(
                    .authorizedPartyMismatch, "The token's \"azp\" is not the provider's client_id.",
                    facts: "It is \(party.shown), and the client_id is \(client.quoted(atMost: 100)).")
            }
        }
    }
}
