/// The syntax that a text may use in addition to RFC 8259's grammar.
public enum JSONDialect: Sendable {
    /// RFC 8259 only; a duplicate name in an object refuses the text.
    case strict
    /// Configuration files: `//` and `/* */` comments and trailing commas are allowed. Duplicate names are collected in
    /// ``JSONDocument/duplicateNames``, so that all faults of a file can be reported together.
    case configuration
}

/// A parsed JSON text: its bytes, and a flat table of its values in document order.
///
/// Strings and numbers are checked while parsing and decoded on access. A document of which only parts are read costs
/// two allocations.
public struct JSONDocument: Sendable {
    let storage: JSONStorage

    /// Reads one JSON text (RFC 8259).
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 without a byte-order mark; at most 2 GiB.
    /// - maximumDepth: the deepest nesting of arrays and objects; never more than 512.
    /// - maximumBytes: a longer text is refused before it is parsed.
    /// - selection: the values that the table keeps.
    /// - maximumTable: size of the table in bytes; a text that needs more is refused as too large.
    public init(
        parsing bytes: [UInt8], as dialect: JSONDialect = .strict, maximumDepth: Int = 32, maximumBytes: Int = .max,
        keeping selection: JSONSelection = .everything, maximumTable: Int = .max
    ) throws(JSONSyntaxError) {
        guard bytes.count <= min(maximumBytes, Int(Int32.max)) else {
            throw JSONSyntaxError(reason: .tooLarge, offset: 0)
        }
        var parser = JSONParser(
            dialect: dialect, maximumDepth: min(maximumDepth, 512), selection: selection,
            maximumNodes: maximumTable / MemoryLayout<JSONNode>.stride, capacity: bytes.count / 8 + 4)
        try parser.parse(bytes.span)
        storage = JSONStorage(bytes: bytes, nodes: parser.nodes, duplicateNames: parser.duplicateNames)
    }

    /// The text as it was passed in.
    public var bytes: [UInt8] { storage.bytes }

    /// Memory that the document takes, in bytes.
    public var memory: Int { storage.bytes.capacity + storage.nodes.capacity * MemoryLayout<JSONNode>.stride + 128 }

    /// The outermost value.
    public var root: JSONValue { JSONValue(storage: storage, index: 0) }

    /// Offsets of names that occurred earlier in their object; empty for a strict document.
    public var duplicateNames: [Int] { storage.duplicateNames }
}

/// An entry of the table: the position of a value, and the index of the next value after it and its children.
struct JSONNode: Sendable {
    var kind: JSONNodeKind
    /// True if a string must be unescaped before it is compared or shown.
    var hasEscapes = false
    var start: UInt32
    /// Offset after the last byte; a string includes its quotation marks.
    var end: UInt32 = 0
    var next: UInt32 = 0
}

enum JSONNodeKind: UInt8, Sendable {
    case null, `true`, `false`, number, string, array, object
}

final class JSONStorage: Sendable {
    let bytes: [UInt8]
    let nodes: [JSONNode]
    let duplicateNames: [Int]

    init(bytes: [UInt8], nodes: [JSONNode], duplicateNames: [Int]) {
        self.bytes = bytes
        self.nodes = nodes
        self.duplicateNames = duplicateNames
    }
}
