public import Cryptography
internal import JSON
internal import Text

/// A provider's public keys (RFC 7517, section 5). An unusable key is left out and reported; it does not affect the
/// others.
public struct KeySet: Sendable {
    /// A usable public key.
    public struct Key: Sendable {
        /// Key id, opaque; nil matches any token.
        public let id: String?
        public let key: VerificationKey
        /// The only algorithm that the key may be used with; nil if it names none.
        public let algorithm: String?

        init(id: String? = nil, key: VerificationKey, algorithm: String? = nil) {
            self.id = id
            self.key = key
            self.algorithm = algorithm
        }

        /// Returns true if the key may verify signatures of this algorithm. The key decides the algorithm, not the
        /// token.
        func agrees(with algorithm: SignatureAlgorithm) -> Bool {
            algorithm.fits(key.kind) && (self.algorithm ?? algorithm.rawValue).isExactly(algorithm.rawValue)
        }
    }

    /// A key that was left out, and the reason.
    public struct Issue: Sendable, Hashable, CustomStringConvertible {
        /// Index in the set, from 0.
        public let index: Int
        public let id: String?
        public let detail: String

        public var description: String { "key \(index)\(id.map { " (\($0.quoted()))" } ?? ""): \(detail)" }
    }

    /// A key file that cannot be read.
    public struct ReadingError: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// The maximum size of a key file, in bytes.
    public static let maximumBytes = 1 << 20
    /// The maximum number of keys in a set. Preparing a key takes up to a millisecond, so the limit keeps one provider
    /// from delaying others.
    public static let maximumKeys = 100

    public let keys: [Key]
    public let issues: [Issue]

    /// Reads a JWK, a JWK set, or PEM.
    public init(_ bytes: [UInt8]) throws(ReadingError) {
        guard bytes.count <= KeySet.maximumBytes else {
            throw ReadingError(description: "a key file may have at most 1 MiB")
        }
        if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
            (keys, issues) = try KeySet.keys(json: bytes)
        } else if let text = String(validating: bytes, as: UTF8.self), text.holds(exactly: "-----BEGIN ") {
            (keys, issues) = try KeySet.keys(pem: text)
        } else {
            throw ReadingError(description: "this is neither a JWK, nor a JWK set, nor PEM")
        }
    }

    private static func keys(pem text: String) throws(ReadingError) -> ([Key], [Issue]) {
        let blocks: [Result<VerificationKey, CryptographyError>]
        do throws(CryptographyError) {
            blocks = try VerificationKey.keys(pem: text)
        } catch {
            throw ReadingError(description: "the PEM text cannot be used: \(error.description)")
        }
        var keys: [Key] = []
        var issues: [Issue] = []
        for (index, block) in blocks.prefix(maximumKeys).enumerated() {
            switch block {
            case .success(let key): keys.append(Key(key: key))
            case .failure(let error): issues.append(Issue(index: index, id: nil, detail: error.description))
            }
        }
        return (keys, issues)
    }

    private static func keys(json bytes: [UInt8]) throws(ReadingError) -> ([Key], [Issue]) {
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: bytes, maximumDepth: 16).root
        } catch {
            throw ReadingError(description: "the key set is not strict JSON: \(error)")
        }
        var values = [root]
        if let list = root.member("keys") {
            guard list.kind == .array else { throw ReadingError(description: "\"keys\" must be an array") }
            values = Array(list.elements)
        } else if root.member("kty") == nil {
            throw ReadingError(description: "this is neither a JWK (\"kty\") nor a JWK set (\"keys\")")
        }
        var keys: [Key] = []
        var issues: [Issue] = []
        for (index, value) in values.prefix(maximumKeys).enumerated() {
            do throws(JSONWebKeyError) {
                keys.append(try Key(jwk: value))
            } catch {
                issues.append(Issue(index: index, id: value.member("kid")?.string, detail: error.description))
            }
        }
        if values.count > maximumKeys {
            issues.append(Issue(index: maximumKeys, id: nil, detail: "only the first \(maximumKeys) keys are used"))
        }
        return (keys, issues)
    }

    /// Returns the index of the one key that matches a header, or nil if no key or several keys match. A key that is
    /// listed twice counts once.
    func index(for header: TokenHeader) -> Int? {
        var found: Int?
        for (index, key) in keys.enumerated() where fits(key, header) {
            if let found, !keys[found].key.isSame(as: key.key) { return nil }
            found = found ?? index
        }
        return found
    }

    private func fits(_ key: Key, _ header: TokenHeader) -> Bool {
        key.agrees(with: header.algorithm)
            && (header.keyID == nil || key.id == nil || key.id.isExactly(header.keyID))
    }

    /// Describes why no single key matches a header, for the log.
    func misfit(of header: TokenHeader) -> String {
        let token =
            "The token has \"alg\" \(header.algorithm.rawValue) and "
            + (header.keyID.map { "\"kid\" \($0.quoted(atMost: 100))" } ?? "no \"kid\"")
        let count = keys.count { fits($0, header) }
        if count > 1 { return "\(token); \(count) keys fit." }
        if let id = header.keyID {
            if let issue = issues.first(where: { $0.id.isExactly(id) }) {
                return "\(token); this key is not used: \(issue)."
            }
            if let key = keys.first(where: { $0.id.isExactly(id) }) {
                return "\(token); the key of this \"kid\" is \(key.key.kind.rawValue)"
                    + "\(key.algorithm.map { ", for \($0.quoted()) only" } ?? "")."
            }
        }
        return "\(token); the key set has \(keys.compactMap(\.id).shown)."
    }
}
