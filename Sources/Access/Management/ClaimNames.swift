internal import JSON
internal import Text

/// The claims that are treated otherwise than the rest, by their names.
public enum ClaimNames {
    /// Claims about the token and the sign-in, which describe no user.
    private static let technical: Set<ExactText> = [
        "acr", "aio", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "exp", "iat", "iss", "jti", "nbf", "nonce",
        "rh", "s_hash", "session_state", "sid", "token_type", "token_use", "typ", "updated_at", "uti", "ver",
    ]

    /// Claims about one user, which say nothing of a group of users.
    private static let personal: Set<ExactText> = [
        "sub", "email_verified", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
        "picture", "profile", "website", "locale", "zoneinfo", "phone_number", "phone_number_verified", "scope", "scp",
        "client_id", "oid", "birthdate", "gender", "address", "upn", "unique_name",
    ]

    /// Parts of names whose values are secrets, which no page shows.
    private static let secrets = [
        "api_key", "apikey", "assertion", "credential", "passphrase", "passwd", "password", "private_key", "privatekey",
        "secret", "token",
    ]

    public static func isTechnical(_ name: String) -> Bool { technical.contains(ExactText(name)) }

    /// Returns true for the name of a secret, and for a pointer to one.
    public static func isSecret(_ name: String) -> Bool {
        let folded = name.asciiLowercased()
        return !isTechnical(name) && secrets.contains { folded.holds(exactly: $0) }
    }

    /// Returns true if rules are suggested for a claim: it may tell groups of users apart, and is no secret.
    static func isSuggested(_ name: String) -> Bool {
        let tokens = name.starts(exactly: "/") ? JSONPointer(name)?.tokens ?? [] : []
        let last = tokens.last ?? name
        return !isTechnical(last) && !personal.contains(ExactText(last)) && !([name] + tokens).contains(where: isSecret)
    }
}
