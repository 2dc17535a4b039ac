public import Cryptography
internal import Text

/// The id of an identity in URLs, derived from issuer and subject; equal in all organizations.
public struct IdentityID: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    /// Computes the first 128 bits of SHA-256 over issuer and subject, in base64url.
    public init(_ identity: Identity) throws(CryptographyError) {
        // Neither value can contain a NUL, so that no two pairs give one text.
        let name = "\(identity.issuer.text)\0\(identity.subject.text)"
        text = Base64URL.encode(try Digest.sha256(Array(name.utf8)).prefix(16))
    }

    /// Returns nil if a text does not have the form of an id.
    public init?(_ text: String) {
        guard text.utf8.count == 22, Base64URL.decode(text) != nil else { return nil }
        self.text = text
    }

    public var description: String { text }
}
