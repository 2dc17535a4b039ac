/// What a text may contain beside RFC 8259's grammar.
public enum JSONDialect: Sendable {
    /// RFC 8259 and nothing else; a name that an object has twice refuses the text.
    case strict
    /// For files that people write: `//` and `/* */` comments and trailing commas; names that an object has twice
    /// are collected in ``JSONDocument/duplicateNames``, so that all faults of a file can be reported together.
    case configuration
}

/// A JSON text that was read: its bytes, and a flat table of its values in document order.
///
/// Strings and numbers are checked while reading and decoded when asked for, so a document that is only looked at in
/// places costs two allocations.
public struct JSONDocument: Sendable {
    let storage: JSONStorage

    /// Reads one JSON text (RFC 8259).
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 without a byte-order mark; at most 2 GiB.
    ///   - maximumDepth: how many arrays and objects may stand in one another; never more than 512.
    ///   - maximumBytes: a longer text is refused before it is looked at.
    ///   - selection: what is kept of it.
    ///   - maximumTable: bytes of the table; a text that needs more is refused as too large.
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

    /// The text as it was read.
    public var bytes: [UInt8] { storage.bytes }

    /// What the document takes in memory, in bytes.
    public var memory: Int { storage.bytes.capacity + storage.nodes.capacity * MemoryLayout<JSONNode>.stride + 128 }

    public var root: JSONValue { JSONValue(storage: storage, index: 0) }

    /// Offsets of names that their object had before already; empty for a strict document.
    public var duplicateNames: [Int] { storage.duplicateNames }
}

/// One row of the table: where a value stands, and where the next one after it (and all inside it) begins.
struct JSONNode: Sendable {
    var kind: JSONNodeKind
    /// A string that has to be unescaped before it is compared or shown.
    var hasEscapes = false
    var start: UInt32
    /// Just after the last byte; strings include their quotation marks.
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
