internal import Caches
internal import Time

/// A cache of verified tokens, found by digest and limited in number and in bytes.
struct VerifiedTokenCache {
    struct Key: Hashable {
        let words: (UInt64, UInt64, UInt64, UInt64)

        init(digest: [UInt8]) {
            func word(_ index: Int) -> UInt64 { digest[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            words = (word(0), word(1), word(2), word(3))
        }

        static func == (a: Key, b: Key) -> Bool { a.words == b.words }
        // Each word is part of a digest, so one word suffices as a hash.
        func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
    }

    /// The memory limit for the cached claims of one reactor, in bytes. Ten thousand ordinary tokens need about as
    /// much. A token's holder may choose its content and make it forty times larger (memory exhaustion).
    static let bytes = 32 << 20

    private var claims: BoundedCache<Key, VerifiedClaims>

    /// - Parameter size: the maximum number of cached tokens.
    init(size: Int, bytes: Int = VerifiedTokenCache.bytes) {
        claims = BoundedCache(bytes: bytes, entries: size)
    }

    /// Memory that the cached tokens take, in bytes.
    var bytes: Int { claims.bytes }

    /// Returns the cached claims of a token if they are valid at `now`.
    subscript(key: Key, now: Timestamp) -> VerifiedClaims? {
        mutating get {
            guard let found = claims.value(for: key), found.validity.contains(now) else { return nil }
            return found
        }
    }

    mutating func insert(_ new: VerifiedClaims, for key: Key) {
        claims.insert(new, for: key, bytes: new.memory)
    }
}
