internal import Caches
internal import Time

/// Verified tokens by their digest, bounded in number and in bytes.
struct VerifiedTokenCache {
    struct Key: Hashable {
        let words: (UInt64, UInt64, UInt64, UInt64)

        init(digest: [UInt8]) {
            func word(_ index: Int) -> UInt64 { digest[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            words = (word(0), word(1), word(2), word(3))
        }

        static func == (a: Key, b: Key) -> Bool { a.words == b.words }
        // The words are a digest already: one of them is as good a hash as any.
        func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
    }

    /// What all claims of a reactor's tokens may take. Ten thousand ordinary ones take about as much; tokens may hold
    /// forty times as much each, and a holder of a provider's tokens may choose what is in them.
    static let bytes = 32 << 20

    private var claims: BoundedCache<Key, VerifiedClaims>

    /// - Parameter size: how many tokens are remembered at most.
    init(size: Int, bytes: Int = VerifiedTokenCache.bytes) {
        claims = BoundedCache(bytes: bytes, entries: size)
    }

    /// What is remembered takes this much, in bytes.
    var bytes: Int { claims.bytes }

    /// What is remembered and still counts.
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
