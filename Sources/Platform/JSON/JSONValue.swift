/// A value of a document: an index into its table, cheap to copy. It keeps the document alive.
public struct JSONValue: Sendable {
    public enum Kind: String, Sendable {
        case null, boolean, number, string, array, object
    }

    let storage: JSONStorage
    let index: Int

    var node: JSONNode { storage.nodes[index] }

    public var kind: Kind {
        switch node.kind {
        case .null: .null
        case .true, .false: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Offset of the value, in bytes from the beginning of the text.
    public var offset: Int { Int(node.start) }

    /// Byte range of the value in the text; a string includes its quotation marks.
    public var range: Range<Int> { Int(node.start)..<Int(node.end) }

    /// The value as written in the text.
    public var text: String { String(decoding: storage.bytes[range], as: UTF8.self) }

    public var isNull: Bool { node.kind == .null }

    /// The value of a boolean; nil for any other value.
    public var boolean: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The content of a string; nil for any other value.
    public var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        guard node.hasEscapes else { return String(decoding: storage.bytes[contentRange(node)], as: UTF8.self) }
        return String(decoding: unescapedContent(of: node), as: UTF8.self)
    }

    /// Calls `body` with the content of a string, or the text of a number or boolean, as UTF-8. Returns nil for any
    /// other value.
    public func withScalarText<Result>(_ body: (Span<UInt8>) -> Result) -> Result? {
        let node = node
        let bytes = storage.bytes
        switch node.kind {
        case .string where node.hasEscapes:
            let content = unescapedContent(of: node)
            return body(content.span)
        case .string: return body(bytes.span.extracting(contentRange(node)))
        case .number, .true, .false: return body(bytes.span.extracting(range))
        case .null, .array, .object: return nil
        }
    }

    /// Returns true if the scalar text equals `text`, byte for byte.
    public func hasScalarText(_ text: String) -> Bool {
        let node = node
        switch node.kind {
        case .string: return equals(text)
        case .number, .true, .false: return storage.bytes[range].elementsEqual(text.utf8)
        case .null, .array, .object: return false
        }
    }

    /// Returns true if this is a string with exactly this content, compared as UTF-8 without normalization.
    public func equals(_ text: String) -> Bool {
        let node = node
        guard node.kind == .string else { return false }
        if node.hasEscapes { return unescapedContent(of: node).elementsEqual(text.utf8) }
        return storage.content(of: node, equals: text.utf8Span.span)
    }

    /// The value of a number written without fraction and exponent; nil if it does not fit 64 bits.
    public var integer: Int64? {
        guard node.kind == .number else { return nil }
        var digits = storage.bytes[range]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative { digits = digits.dropFirst() }
        var value: Int64 = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte - 0x30)
            let (sum, overflow) = product.addingReportingOverflow(isNegative ? -digit : digit)
            guard !tooLarge, !overflow else { return nil }
            value = sum
        }
        return value
    }

    /// The nearest binary64 of a number; nil if it exceeds the largest.
    public var double: Double? {
        if let integer, integer.magnitude < 1 << 53 {
            // `-0` is an integer that only binary64 can represent.
            return integer == 0 && storage.bytes[offset] == UInt8(ascii: "-") ? -0.0 : Double(integer)
        }
        guard node.kind == .number, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    func contentRange(_ node: JSONNode) -> Range<Int> { Int(node.start) + 1..<Int(node.end) - 1 }

    func unescapedContent(of node: JSONNode) -> [UInt8] {
        let content = storage.bytes[contentRange(node)]
        return JSON.unescapedContent(content.span, hasEscapes: node.hasEscapes)
    }
}

extension JSONStorage {
    /// Compares a string node without escapes to a text.
    func content(of node: JSONNode, equals text: Span<UInt8>) -> Bool {
        guard Int(node.end - node.start) - 2 == text.count else { return false }
        let start = Int(node.start) + 1
        for offset in text.indices where bytes[start &+ offset] != text[offset] {
            return false
        }
        return true
    }
}
