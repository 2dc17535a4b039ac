internal import Cryptography
public import JSON
internal import Text

// BASE64URL(UTF8(JWS Protected Header)) || '.' || BASE64URL(JWS Payload) || '.' || BASE64URL(JWS Signature)
// (RFC 7515, section 7.1)
/// A parsed token that is not verified yet.
public struct CompactJWS: Sendable {
    /// The required form of the payload.
    public enum Content: Sendable {
        /// A JSON object.
        case claims
        /// Any bytes, including none.
        case anything
    }

    /// The maximum length of a token, in bytes.
    public static let maximumLength = 16 << 10

    public let header: TokenHeader
    /// Decoded payload.
    public let payload: [UInt8]
    /// The payload if it is a JSON object; never nil if ``Content/claims`` were expected.
    public let claims: JSONDocument?
    /// Decoded signature.
    public let signature: [UInt8]
    /// Length of the signed bytes: the first two parts and the dot between them.
    public let signedLength: Int
    /// Length of the encoded first part.
    let headerLength: Int
    /// True if the header was found among the known ones.
    let isHeaderKnown: Bool

    /// Parses a token.
    ///
    /// - Throws: `too_large`, `malformed`, `critical_header_unsupported` or `algorithm_not_allowed`, checked in this
    ///   order.
    public init(_ token: Span<UInt8>, expecting content: Content) throws(TokenRefusal) {
        try self.init(token, expecting: content, known: KnownHeaders())
    }

    /// - Parameter limit: the maximum length of the token, in bytes.
    init(
        _ token: Span<UInt8>, expecting content: Content, known: KnownHeaders,
        atMost limit: Int = CompactJWS.maximumLength
    ) throws(TokenRefusal) {
        guard token.count <= limit else {
            throw TokenRefusal(.tooLarge, "The token is longer than \(limit >> 10) KiB.")
        }
        let dots = try CompactJWS.dots(in: token)
        let encodedHeader = token.extracting(0..<dots.first)
        let found: FoundHeader
        if let header = known.header(encodedAs: encodedHeader) {
            found = .known(header)
        } else {
            guard let bytes = Base64URL.decode(encodedHeader) else { throw CompactJWS.malformed(token) }
            found = .new(try TokenHeader.Fields(bytes))
        }
        guard let payload = Base64URL.decode(token.extracting(dots.first + 1..<dots.second)),
            let signature = Base64URL.decode(token.extracting(dots.second + 1..<token.count))
        else { throw CompactJWS.malformed(token) }
        switch content {
        case .claims: claims = try CompactJWS.object(payload, named: "payload")
        case .anything: claims = try? CompactJWS.object(payload, named: "payload")
        }
        // A malformed part is reported before a fault in the header's values.
        switch found {
        case .known(let header): (self.header, isHeaderKnown) = (header, true)
        case .new(let fields): (header, isHeaderKnown) = (try TokenHeader(fields), false)
        }
        self.payload = payload
        self.signature = signature
        signedLength = dots.second
        headerLength = dots.first
    }

    private enum FoundHeader {
        case known(TokenHeader)
        case new(TokenHeader.Fields)
    }

    private static func dots(in token: Span<UInt8>) throws(TokenRefusal) -> (first: Int, second: Int) {
        let dot = UInt8(ascii: ".")
        guard let first = token.firstIndex(of: dot), let second = token.firstIndex(of: dot, from: first + 1),
            token.firstIndex(of: dot, from: second + 1) == nil
        else { throw malformed(token) }
        return (first, second)
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
