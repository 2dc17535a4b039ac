/// A splitter of bytes whose piece lengths depend on the bytes, so that a finding is reproducible.
struct Cuts {
    private var state: UInt64

    init(of bytes: [UInt8]) {
        // FNV-1a. The low bit is set, because xorshift never leaves zero.
        state = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } | 1
    }

    /// Returns a length from 1 to `limit`. Short lengths are more likely, because they split more tokens.
    mutating func nextLength(upTo limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        let most = state & 3 == 0 ? limit : min(limit, 8)
        return Int((state >> 8) % UInt64(max(1, most))) + 1
    }

    static func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        var cuts = Cuts(of: bytes)
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + cuts.nextLength(upTo: 512))
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}

extension [UInt8] {
    /// The parts before and after the first line feed, for inputs that have two parts.
    var halves: (first: [UInt8], second: [UInt8]) {
        guard let lineFeed = firstIndex(of: 0x0A) else { return (self, []) }
        return (Array(self[..<lineFeed]), Array(self[(lineFeed + 1)...]))
    }
}
