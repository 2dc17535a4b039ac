/// The ASCII characters and some pairs of adjacent bytes that a text must contain to match a pattern. This check costs
/// far less than a match, and never rejects a text that matches.
struct GlobNeeds: Sendable {
    let characters: ASCIISet
    /// Pairs as places in a ``TextSummary``; repeated if there are fewer than four.
    fileprivate let pairs: SIMD4<UInt16>
    fileprivate let hasPairs: Bool

    init(_ pattern: [UInt8], wildcards: [UInt8]) {
        var characters = ASCIISet()
        var pairs: [UInt16] = []
        for (index, byte) in pattern.enumerated() where !wildcards.contains(byte) {
            characters.insert(byte)
            guard index > 0, !wildcards.contains(pattern[index - 1]) else { continue }
            pairs.append(TextSummary.place(pattern[index - 1], byte))
        }
        self.characters = characters
        hasPairs = !pairs.isEmpty
        // The pairs are taken from all parts of the pattern, because many patterns have a common beginning.
        let count = pairs.count
        self.pairs =
            hasPairs
            ? SIMD4(pairs[0], pairs[count / 3], pairs[2 * count / 3], pairs[count - 1]) : SIMD4(repeating: 0)
    }
}

/// A summary of a text, prepared for checks by many patterns.
struct TextSummary {
    private var characters = ASCIISet()
    /// One bit for each pair of adjacent bytes, by the low six bits of each byte.
    private var pairs: [UInt64] = Array(repeating: 0, count: 64)

    static func place(_ first: UInt8, _ second: UInt8) -> UInt16 { UInt16(first & 63) << 6 | UInt16(second & 63) }

    /// Summarizes a text in place of the previous one.
    mutating func take(_ text: Span<UInt8>) {
        characters = ASCIISet()
        for word in 0..<64 { pairs[word] = 0 }
        var previous: UInt8?
        for index in text.indices {
            let byte = text[index]
            characters.insert(byte)
            if let previous { pairs[Int(previous & 63)] |= 1 << UInt64(byte & 63) }
            previous = byte
        }
    }

    /// Returns true if a pattern with these needs may match.
    func mayMatch(_ needs: GlobNeeds) -> Bool {
        characters.isSuperset(of: needs.characters)
            && (!needs.hasPairs
                || holds(needs.pairs[0]) && holds(needs.pairs[1]) && holds(needs.pairs[2]) && holds(needs.pairs[3]))
    }

    private func holds(_ place: UInt16) -> Bool { pairs[Int(place >> 6)] >> UInt64(place & 63) & 1 != 0 }
}

/// A set of ASCII characters.
struct ASCIISet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init() {}

    /// Inserts an ASCII character; other bytes are ignored.
    mutating func insert(_ byte: UInt8) {
        guard byte < 0x80 else { return }
        if byte < 64 { low |= 1 << byte } else { high |= 1 << (byte - 64) }
    }

    func isSuperset(of other: ASCIISet) -> Bool { other.low & ~low == 0 && other.high & ~high == 0 }
}
