public import Cryptography
public import JSON

// BASE64URL(UTF8(JWS Protected Header)) || '.' || BASE64URL(JWS Payload) || '.' || BASE64URL(JWS Signature)
// (RFC 7515, section 7.1)
/// A token taken apart; nothing of it is trusted yet.
public struct CompactJWS: Sendable {
    /// The longest token that is looked at.
    public static let maximumLength = 16 << 10

    public let header: TokenHeader
    /// Decoded.
    public let payload: [UInt8]
    public let signature: [UInt8]
    /// What was signed: the first two parts and the dot between them.
    public let signedLength: Int

    public init(_ token: Span<UInt8>) throws(TokenRefusal) {
        guard token.count <= CompactJWS.maximumLength else {
            throw TokenRefusal(.tooLarge, "The token is longer than 16 KiB.")
        }
        var dots: (first: Int, second: Int)?
        var first: Int?
        for index in token.indices where token[index] == UInt8(ascii: ".") {
            if dots != nil { throw CompactJWS.notThreeParts }
            if let first { dots = (first, index) } else { first = index }
        }
        guard let dots else { throw CompactJWS.notThreeParts }
        guard let header = Base64URL.decode(token.extracting(0..<dots.first)),
            let payload = Base64URL.decode(token.extracting(dots.first + 1..<dots.second)),
            let signature = Base64URL.decode(token.extracting(dots.second + 1..<token.count))
        else { throw TokenRefusal(.malformed, "A part of the token is not base64url without padding.") }
        self.header = try TokenHeader(header)
        self.payload = payload
        self.signature = signature
        signedLength = dots.second
    }

    private static let notThreeParts = TokenRefusal(
        .malformed, "A token has three parts with dots between them (compact serialization).")
}

/// The protected header (RFC 7515, section 4). Keys that it brings along (`jwk`, `jku`, `x5u`, `x5c`) are not looked at.
public struct TokenHeader: Sendable {
    public let document: JSONDocument
    public let algorithm: SignatureAlgorithm
    public let keyID: String?

    init(_ bytes: [UInt8]) throws(TokenRefusal) {
        document = try TokenHeader.object(bytes, named: "header")
        let root = document.root
        guard let name = root.member("alg")?.string else {
            throw TokenRefusal(.malformed, "The token's header has no \"alg\".")
        }
        let keyID = root.member("kid")
        guard keyID == nil || keyID?.kind == .string else {
            throw TokenRefusal(.malformed, "The header's \"kid\" is not a string.")
        }
        self.keyID = keyID?.string
        guard root.member("crit") == nil else {
            throw TokenRefusal(
                .criticalHeaderUnsupported, "The header's \"crit\" asks for extensions that are not known here.")
        }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw TokenRefusal(
                .algorithmNotAllowed, "The header's \"alg\" is none of RS, PS, ES 256/384/512 and EdDSA.")
        }
        self.algorithm = algorithm
    }

    // The media type of a token (RFC 9068, section 2.1; RFC 8725, section 3.11)
    /// Whether `typ` says that this may be a bearer or ID token.
    var isTokenType: Bool {
        guard let type = document.root.member("typ") else { return true }
        guard var name = type.string?.lowercased() else { return false }
        if name.hasPrefix("application/") { name.removeFirst("application/".count) }
        return name == "jwt" || name == "at+jwt"
    }

    static func object(_ bytes: [UInt8], named name: String) throws(TokenRefusal) -> JSONDocument {
        do {
            let document = try JSONDocument(parsing: bytes)
            if document.root.kind == .object { return document }
        } catch {
            throw TokenRefusal(.malformed, "The token's \(name) is not strict JSON: \(error.reason.rawValue).")
        }
        throw TokenRefusal(.malformed, "The token's \(name) is not a JSON object.")
    }
}
