internal import Text

/// Finds the known name that somebody meant.
public enum Suggestion {
    /// The nearest candidate, where it is near enough: one slip in a short word, up to three in a long one.
    public static func nearest(to name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let typed = folded(name)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let known = folded(candidate)
            let allowed = max(1, min(3, min(typed.count, known.count) / 3))
            guard abs(known.count - typed.count) <= allowed else { continue }
            let distance = distance(typed, known)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Case, and which of the two dashes somebody took, make no difference.
    private static func folded(_ name: String) -> [UInt8] {
        name.asciiLowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// Insertions, deletions, replacements and exchanges of neighbours that turn one into the other.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast = Array(repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
