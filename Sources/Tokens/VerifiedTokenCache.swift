internal import Time

/// Verified tokens by their digest. Two halves: when the newer one is full the older one is forgotten, which keeps what is
/// used and bounds the size without bookkeeping at each hit.
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

    private let half: Int
    private var newer: [Key: VerifiedClaims] = [:]
    private var older: [Key: VerifiedClaims] = [:]

    init(size: Int) {
        half = max(1, size / 2)
    }

    /// What is remembered and still counts.
    subscript(key: Key, now: Timestamp) -> VerifiedClaims? {
        mutating get {
            if let claims = newer[key] { return claims.validity.contains(now) ? claims : nil }
            guard let claims = older[key], claims.validity.contains(now) else { return nil }
            insert(claims, for: key)
            return claims
        }
    }

    mutating func insert(_ claims: VerifiedClaims, for key: Key) {
        if newer.count >= half {
            older = newer
            newer = [:]
        }
        newer[key] = claims
    }
}
