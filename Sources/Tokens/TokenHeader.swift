public import Cryptography
public import JSON
internal import Text

/// The protected header (RFC 7515, section 4). Keys that the header names or contains (`jwk`, `jku`, `x5u`, `x5c`) are
/// ignored.
public struct TokenHeader: Sendable {
    public let document: JSONDocument
    public let algorithm: SignatureAlgorithm
    public let keyID: String?
    /// Value of `typ` in lower case and without `application/` (RFC 7515, section 4.1.9); nil if absent, empty if not a
    /// string.
    let type: String?
    /// True if `typ` allows a bearer or ID token.
    let isTokenType: Bool

    /// Checks a well-formed header: it must have a supported algorithm and no critical extensions.
    init(_ fields: Fields) throws(TokenRefusal) {
        guard fields.document.root.member("crit") == nil else {
            throw TokenRefusal(
                .criticalHeaderUnsupported, "The header's \"crit\" names extensions that are not supported.")
        }
        guard let algorithm = SignatureAlgorithm(exactly: fields.algorithm) else {
            throw TokenRefusal(
                .algorithmNotAllowed, "The header's \"alg\" is not one of RS, PS, ES 256/384/512 and EdDSA.",
                facts: "It is \(fields.algorithm.quoted(atMost: 40)).")
        }
        document = fields.document
        self.algorithm = algorithm
        keyID = fields.keyID
        type = fields.document.root.member("typ").map(TokenHeader.typeName)
        // Media types of tokens (RFC 9068, section 2.1; RFC 8725, section 3.11)
        isTokenType = type == nil || type == "jwt" || type == "at+jwt"
    }

    private static func typeName(_ type: JSONValue) -> String {
        guard let name = type.string?.asciiLowercased() else { return "" }
        return name.dropping(exactly: "application/").map { String($0) } ?? name
    }
}

extension TokenHeader {
    /// A well-formed header whose values are not checked yet.
    struct Fields {
        let document: JSONDocument
        let algorithm: String
        let keyID: String?

        init(_ bytes: [UInt8]) throws(TokenRefusal) {
            document = try CompactJWS.object(bytes, named: "header")
            guard let algorithm = document.root.member("alg")?.string else {
                throw TokenRefusal(.malformed, "The token's header has no \"alg\".")
            }
            self.algorithm = algorithm
            let keyID = document.root.member("kid")
            guard keyID == nil || keyID?.kind == .string else {
                throw TokenRefusal(.malformed, "The header's \"kid\" is not a string.")
            }
            self.keyID = keyID?.string
        }
    }
}
