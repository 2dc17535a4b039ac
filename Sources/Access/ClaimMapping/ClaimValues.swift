internal import JSON
internal import Text

/// The values that a rule's claim name resolves to: none, one, or one for each element (`*`).
enum ClaimValues {
    case none
    case one(JSONValue)
    case several([JSONValue])

    init(_ claims: JSONValue, at pointer: JSONPointer) {
        guard pointer.hasWildcard else {
            self = claims.value(at: pointer).map { .one($0) } ?? .none
            return
        }
        let values = claims.values(at: pointer)
        self = values.isEmpty ? .none : .several(values)
    }

    var isEmpty: Bool { if case .none = self { true } else { false } }

    /// The value, if exactly one was addressed; otherwise nil.
    var only: JSONValue? { if case .one(let value) = self { value } else { nil } }

    /// True if every value is null.
    var isNull: Bool { !contains { !$0.isNull } }

    func contains(where isWanted: (JSONValue) -> Bool) -> Bool {
        switch self {
        case .none: false
        case .one(let value): isWanted(value)
        case .several(let values): values.contains(where: isWanted)
        }
    }

    /// Returns true if a text of the values satisfies `isWanted`. Strings are compared unchanged, numbers and booleans
    /// by their JSON text. Each element of an array is compared separately. Objects, null, and arrays in arrays have no
    /// text.
    ///
    /// - Parameter separator: splits strings into several texts. Surrounding white space is removed, and empty texts
    ///   are ignored.
    func containsText(splitAt separator: Unicode.Scalar?, where isWanted: (Span<UInt8>) -> Bool) -> Bool {
        contains { value in
            guard value.kind == .array else {
                return ClaimValues.isText(of: value, splitAt: separator, wanted: isWanted)
            }
            return value.elements.contains { ClaimValues.isText(of: $0, splitAt: separator, wanted: isWanted) }
        }
    }

    private static func isText(
        of value: JSONValue, splitAt separator: Unicode.Scalar?, wanted isWanted: (Span<UInt8>) -> Bool
    ) -> Bool {
        guard let separator, value.kind == .string else { return value.withScalarText(isWanted) ?? false }
        let octets = Array(separator.utf8)
        return value.withScalarText { text in
            var start = 0
            while start <= text.count {
                let end = ClaimValues.next(octets, in: text, from: start) ?? text.count
                let part = ClaimValues.trimmed(text, start..<end)
                if !part.isEmpty, isWanted(text.extracting(part)) { return true }
                start = end + octets.count
            }
            return false
        } ?? false
    }

    private static func next(_ wanted: [UInt8], in text: Span<UInt8>, from start: Int) -> Int? {
        guard text.count >= wanted.count else { return nil }
        var place = start
        while place <= text.count - wanted.count {
            if wanted.indices.allSatisfy({ text[place + $0] == wanted[$0] }) { return place }
            place += 1
        }
        return nil
    }

    /// Returns the range without ASCII white space at both ends.
    private static func trimmed(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0D).contains(octet) }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return start..<end
    }
}
