/// A pattern for whole values: `*` any characters or none, `?` exactly one Unicode scalar, everything else itself.
///
/// Matching goes back to the last `*` only, so its cost is bounded by the product of both lengths, whatever the pattern.
public struct Glob: Sendable, Hashable {
    private let pattern: [Unicode.Scalar]

    public init(_ pattern: String) {
        self.pattern = Array(pattern.unicodeScalars)
    }

    public func matches(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        var position = 0
        var index = 0
        var star: (pattern: Int, text: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == "*" {
                star = (position, index)
                position += 1
            } else if position < pattern.count, pattern[position] == "?" || pattern[position] == text[index] {
                position += 1
                index += 1
            } else if let last = star {
                // The star takes one more character.
                star = (last.pattern, last.text + 1)
                position = last.pattern + 1
                index = last.text + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == "*" }
    }
}
