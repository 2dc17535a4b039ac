/// Finds the known name that a misspelled name probably means.
public enum Suggestion {
    /// Returns the nearest candidate, or nil if none is near. One typing error is allowed in a short word, up to three
    /// in a long one.
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

    /// Folds case, and maps hyphens to underscores.
    private static func folded(_ name: String) -> [UInt8] {
        name.asciiLowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    /// Returns the number of insertions, deletions, replacements and transpositions that turn one text into the other.
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
