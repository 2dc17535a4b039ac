/// A pattern for whole values: `*` any characters or none, `?` exactly one Unicode scalar, everything else itself.
///
/// Matching goes back to the last `*` only, so its cost is bounded by the product of both lengths, whatever the pattern.
public struct Glob: Sendable, Hashable {
    private static let star = UInt8(ascii: "*")
    private static let one = UInt8(ascii: "?")

    /// UTF-8: a literal character of it begins only where one begins in the text, so bytes can be compared.
    private let pattern: [UInt8]

    public init(_ pattern: String) {
        self.pattern = Array(pattern.utf8)
    }

    public func matches(_ text: String) -> Bool { matches(text.utf8Span.span) }

    /// - Parameter text: UTF-8.
    public func matches(_ text: Span<UInt8>) -> Bool {
        let pattern = pattern.span
        var position = 0
        var index = 0
        var star: (pattern: Int, text: Int)?
        while index < text.count {
            if position < pattern.count, pattern[position] == Glob.star {
                star = (position, index)
                position += 1
            } else if position < pattern.count, pattern[position] == Glob.one, !Glob.isContinuation(text[index]) {
                position += 1
                index += 1
                while index < text.count, Glob.isContinuation(text[index]) { index += 1 }
            } else if position < pattern.count, pattern[position] == text[index], pattern[position] != Glob.one {
                position += 1
                index += 1
            } else if let last = star {
                // The star takes one more byte.
                star = (last.pattern, last.text + 1)
                position = last.pattern + 1
                index = last.text + 1
            } else {
                return false
            }
        }
        while position < pattern.count, pattern[position] == Glob.star { position += 1 }
        return position == pattern.count
    }

    /// Whether a byte goes on with a character (RFC 3629, section 3).
    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
