internal import Time

/// Token buckets for any number of keys in a fixed amount of memory, by a count-min sketch.
///
/// A key has one cell in each of four rows, chosen by a hash with a seed per process. Its level is the highest of its
/// four cells. An event lowers only the cells above the new level. Two properties follow:
///
/// * A level is never higher than that of a separate bucket. Nothing is evicted, so events of other keys cannot reset
///   a key's own events.
/// * A level is lower only if other keys emptied all four cells. With rows of 4,096 cells, 1,000 emptied keys do that
///   to 0.2 % of the others, 2,000 to 2 %, 5,000 to a quarter. To stay empty, each of them must spend `perSecond`
///   events per second.
struct BucketSketch {
    private struct Cell {
        var tokens: Double
        var filledAt: MonotonicTime
    }

    private static let rows = 4
    /// Cells in a row; a power of two.
    private let width: Int
    private let burst: Double
    private let perSecond: Double
    /// The cells; empty until the first event.
    private var cells: [Cell] = []

    /// - Parameters:
    ///   - burst: the number of events allowed at once.
    ///   - perSecond: the number of events regained per second.
    ///   - widthBits: the binary logarithm of the cells in a row, 1–16. A cell has 16 bytes.
    init(burst: Double, perSecond: Double, widthBits: Int) {
        self.burst = burst
        self.perSecond = perSecond
        width = 1 << min(16, max(1, widthBits))
    }

    /// Memory used, in bytes.
    var bytes: Int { cells.capacity * MemoryLayout<Cell>.stride }

    /// Whole seconds until the key has a token again; nil if it has one.
    func retryAfter(_ key: some Hashable, now: MonotonicTime) -> Int? {
        guard !cells.isEmpty else { return nil }
        let level = places(of: key).reduce(0) { max($0, self.level(at: $1, now: now)) }
        return level >= 1 ? nil : max(1, Int(((1 - level) / perSecond).rounded(.up)))
    }

    /// Takes one token of the key, if it has one.
    mutating func record(_ key: some Hashable, now: MonotonicTime) {
        if cells.isEmpty {
            cells = Array(repeating: Cell(tokens: burst, filledAt: now), count: BucketSketch.rows * width)
        }
        let places = places(of: key)
        let level = max(0, places.reduce(0) { max($0, self.level(at: $1, now: now)) } - 1)
        for place in places {
            cells[place] = Cell(tokens: min(level, self.level(at: place, now: now)), filledAt: now)
        }
    }

    private func places(of key: some Hashable) -> [Int] {
        // Sixteen bits of the hash for each row.
        let hash = UInt(bitPattern: key.hashValue)
        return (0..<BucketSketch.rows).map { row in
            row * width + Int(truncatingIfNeeded: hash >> UInt(16 * row)) & (width - 1)
        }
    }

    private func level(at place: Int, now: MonotonicTime) -> Double {
        let cell = cells[place]
        return min(burst, cell.tokens + Double(now.nanoseconds(since: cell.filledAt)) / 1e9 * perSecond)
    }
}
