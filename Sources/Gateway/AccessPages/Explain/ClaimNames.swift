internal import JSON
internal import Text

/// The claims that pages treat otherwise than the rest, by their names.
enum ClaimNames {
    /// Claims about the token and the sign-in, which describe no user.
    private static let technical: Set<ExactText> = [
        "acr", "aio", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "exp", "iat", "iss", "jti", "nbf", "nonce",
        "rh", "s_hash", "session_state", "sid", "token_type", "token_use", "typ", "updated_at", "uti", "ver",
    ]

    /// Parts of names whose values are secrets, which no page shows.
    private static let secrets = [
        "api_key", "apikey", "assertion", "credential", "passphrase", "passwd", "password", "private_key", "privatekey",
        "secret", "token",
    ]

    static func isTechnical(_ name: String) -> Bool { technical.contains(ExactText(name)) }

    /// Returns true for the name of a secret, and for a pointer to one.
    static func isSecret(_ name: String) -> Bool {
        let folded = name.asciiLowercased()
        return !isTechnical(name) && secrets.contains { folded.holds(exactly: $0) }
    }
}

extension JSONValue {
    /// The value as a page shows it: a string's content, or the JSON text of any other value without the secrets in it.
    var shownText: String {
        if let string { return string }
        var writer = JSONWriter()
        writer.write(withoutSecrets: self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    fileprivate mutating func write(withoutSecrets value: JSONValue) {
        switch value.kind {
        case .null, .boolean, .number, .string: self.value(value)
        case .array:
            beginArray()
            for element in value.elements { write(withoutSecrets: element) }
            endArray()
        case .object:
            beginObject()
            for member in value.members {
                name(member.name)
                if ClaimNames.isSecret(member.name) { string("…") } else { write(withoutSecrets: member.value) }
            }
            endObject()
        }
    }
}

extension String {
    /// The text for a page, cut to a length that fits.
    func cut(toShow length: Int) -> String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: length, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return self }
        return String(scalars[..<end]) + "…"
    }
}
