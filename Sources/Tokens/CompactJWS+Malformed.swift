internal import Text

/// Likely reasons why a text is not a compact JWS. The detail never quotes the text.
extension CompactJWS {
    static func malformed(_ token: Span<UInt8>) -> TokenRefusal { TokenRefusal(.malformed, detail(of: token)) }

    private static func detail(of token: Span<UInt8>) -> String {
        let isBlank = token.indices.allSatisfy { isWhiteSpace(token[$0]) }
        guard !isBlank else { return "The token is missing: the text is empty or blank." }
        if begins(token, with: "bearer ") { return "The text begins with \"Bearer \": pass only the token." }
        if token.indices.contains(where: { isWhiteSpace(token[$0]) || quotes.contains(token[$0]) }) {
            return "The text has white space or quotation marks: pass only the token."
        }
        switch token.indices.count(where: { token[$0] == UInt8(ascii: ".") }) + 1 {
        case 1:
            return "The token is opaque: it is not a JWT, so only its issuer can interpret it. "
                + "A JWT has three parts, separated by dots."
        case 3: return "A part of the token is not base64url without padding."
        case 5:
            return "The token is encrypted (five parts, RFC 7516), and the gateway has no key for it. "
                + "Configure the provider to sign its tokens without encrypting them."
        case let count:
            return "A token has three parts, separated by dots (compact serialization), not \(count)."
        }
    }

    private static let quotes: [UInt8] = [0x22, 0x27, 0x60]

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// - Parameter prefix: text in lower case. It is compared without regard to case (RFC 9110, section 11.1).
    private static func begins(_ token: Span<UInt8>, with prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        return token.count >= count && token.holds(lowercased: prefix, in: 0..<count)
    }
}
