/// A pattern for whole values. `*` matches any number of characters, `?` matches exactly one Unicode scalar, and every
/// other character matches itself.
///
/// The parts before the first `*` and after the last one each have one possible position. The parts between are found
/// by a bit-parallel search. For every text and pattern, the cost is at most the product of their lengths divided by
/// 64.
/// pattern.
public final class Glob: Sendable, Hashable {
    private static let star = UInt8(ascii: "*")
    fileprivate static let one = UInt8(ascii: "?")

    /// UTF-8. A literal character can match only at the start of a character of the text, so bytes are compared.
    private let head: [UInt8]
    private let middle: [GlobPiece]
    /// The part after the last `*`. Nil if the pattern has no `*`; the head must then match the whole text.
    private let tail: [UInt8]?

    /// A cheap check that rules out most texts: the characters that a matching text must contain.
    let needs: GlobNeeds

    public init(_ pattern: String) {
        let pieces = pattern.utf8.split(separator: Glob.star, omittingEmptySubsequences: false)
        head = Array(pieces[0])
        tail = pieces.count > 1 ? Array(pieces[pieces.count - 1]) : nil
        middle = pieces.dropFirst().dropLast().filter { !$0.isEmpty }.map { GlobPiece(Substring($0)) }
        needs = GlobNeeds(Array(pattern.utf8), wildcards: [Glob.star, Glob.one])
    }

    public static func == (one: Glob, other: Glob) -> Bool {
        one.head == other.head && one.middle == other.middle && one.tail == other.tail
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(head)
        hasher.combine(middle)
        hasher.combine(tail)
    }

    /// Returns true if the pattern matches the whole text.
    public func matches(_ text: String) -> Bool { matches(text.utf8Span.span) }

    /// - Parameter text: UTF-8.
    public func matches(_ text: Span<UInt8>) -> Bool {
        guard var start = Glob.end(of: head, in: text) else { return false }
        guard let tail else { return start == text.count }
        guard let end = Glob.start(of: tail, in: text), start <= end else { return false }
        for place in middle.indices {
            // The earliest match leaves the most text for the following pieces.
            guard let next = middle[place].end(in: text, from: start, to: end) else { return false }
            start = next
        }
        return true
    }

    /// The first byte of every matching text; nil if matching texts may begin differently.
    var firstByte: UInt8? { head.first.flatMap { $0 == Glob.one ? nil : $0 } }

    /// Returns the index after a piece that the text begins with, or nil if it does not.
    private static func end(of piece: [UInt8], in text: Span<UInt8>) -> Int? {
        var index = 0
        for byte in piece {
            guard index < text.count else { return nil }
            if byte == one {
                guard !isContinuation(text[index]) else { return nil }
                index += 1
                while index < text.count, isContinuation(text[index]) { index += 1 }
            } else {
                guard text[index] == byte else { return nil }
                index += 1
            }
        }
        return index
    }

    /// Returns the index of a piece that the text ends with, or nil if it does not.
    private static func start(of piece: [UInt8], in text: Span<UInt8>) -> Int? {
        var index = text.count
        for byte in piece.reversed() {
            guard index > 0 else { return nil }
            index -= 1
            if byte == one {
                while index > 0, isContinuation(text[index]) { index -= 1 }
                guard !isContinuation(text[index]) else { return nil }
            } else {
                guard text[index] == byte else { return nil }
            }
        }
        return index
    }

    /// Returns true for a continuation byte of UTF-8 (RFC 3629, section 3).
    fileprivate static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// A part between two stars, prepared for the search. For each scalar, a bit mask marks the positions in the piece that
/// the scalar fits (shift-and; Baeza-Yates and Gonnet, 1992).
private final class GlobPiece: Sendable, Hashable {
    private let scalars: [Unicode.Scalar]
    /// The number of scalars; at least one.
    private let count: Int
    private let words: Int
    /// The index of the mask of each ASCII character. Most pieces have few characters, and there are many rules, so
    /// masks are shared.
    private let kinds: [UInt8]
    /// The masks, `words` each. The first is the mask of every ASCII character that the piece does not contain.
    private let masks: [UInt64]
    private let others: [UInt32: [UInt64]]
    private let anything: [UInt64]

    init(_ piece: Substring) {
        let scalars = Array(piece.unicodeScalars)
        self.scalars = scalars
        count = scalars.count
        let words = (scalars.count + 63) / 64
        self.words = words
        var anything = Array(repeating: UInt64(0), count: words)
        for (place, scalar) in scalars.enumerated() where scalar.value == UInt32(Glob.one) {
            anything[place / 64] |= 1 << (place % 64)
        }
        var kinds = Array(repeating: UInt8(0), count: 128)
        var masks = anything
        var others: [UInt32: [UInt64]] = [:]
        for (place, scalar) in scalars.enumerated() where scalar.value != UInt32(Glob.one) {
            let bit = UInt64(1) << (place % 64)
            guard scalar.isASCII else {
                others[scalar.value, default: anything][place / 64] |= bit
                continue
            }
            if kinds[Int(scalar.value)] == 0 {
                kinds[Int(scalar.value)] = UInt8(masks.count / words)
                masks += anything
            }
            masks[Int(kinds[Int(scalar.value)]) * words + place / 64] |= bit
        }
        self.anything = anything
        self.kinds = kinds
        self.masks = masks
        self.others = others
    }

    static func == (one: GlobPiece, other: GlobPiece) -> Bool { one.scalars == other.scalars }
    func hash(into hasher: inout Hasher) { hasher.combine(scalars) }

    /// Returns the index after the first match between two indices, or nil if there is none.
    func end(in text: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        guard end - start >= count else { return nil }
        let last = UInt64(1) << ((count - 1) % 64)
        if words == 1 { return self.end(in: text, from: start, to: end, last: last) }
        var state = Array(repeating: UInt64(0), count: words)
        var index = start
        while index < end {
            let byte = text[index]
            index += 1
            if byte < 0x80 {
                step(&state, masks, Int(kinds[Int(byte)]) * words)
            } else {
                step(&state, masks(of: byte, text, &index, end), 0)
            }
            if state[words - 1] & last != 0 { return index }
        }
        return nil
    }

    /// Faster variant of `end(in:from:to:)` for pieces of at most 64 scalars. Most pieces are that short.
    private func end(in text: Span<UInt8>, from start: Int, to end: Int, last: UInt64) -> Int? {
        var state: UInt64 = 0
        var index = start
        while index < end {
            let byte = text[index]
            index &+= 1
            let mask = byte < 0x80 ? masks[Int(kinds[Int(byte)])] : masks(of: byte, text, &index, end)[0]
            state = (state << 1 | 1) & mask
            if state & last != 0 { return index }
        }
        return nil
    }

    /// Returns the masks of the non-ASCII scalar with this leading byte, and advances the index beyond it.
    private func masks(of leading: UInt8, _ text: Span<UInt8>, _ index: inout Int, _ end: Int) -> [UInt64] {
        var scalar = UInt32(leading)
        while index < end, Glob.isContinuation(text[index]) {
            scalar = scalar << 6 | UInt32(text[index] & 0x3F)
            index += 1
        }
        return others.isEmpty ? anything : others[GlobPiece.value(scalar, leading)] ?? anything
    }

    /// Advances every partial match by one scalar, and drops those that the scalar does not fit.
    private func step(_ state: inout [UInt64], _ masks: [UInt64], _ offset: Int) {
        var carry: UInt64 = 1
        for word in 0..<words {
            let next = state[word] >> 63
            state[word] = (state[word] << 1 | carry) & masks[offset + word]
            carry = next
        }
    }

    /// Removes the length bits of the leading byte from the scalar (RFC 3629, section 3).
    private static func value(_ gathered: UInt32, _ leading: UInt8) -> UInt32 {
        switch leading {
        case 0xF0...: gathered & 0x1F_FFFF
        case 0xE0...: gathered & 0xFFFF
        default: gathered & 0x7FF
        }
    }
}
