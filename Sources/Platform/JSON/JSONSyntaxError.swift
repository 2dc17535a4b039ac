/// Why a text is no JSON, and where.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Sendable, CaseIterable {
        case tooLarge = "the text is longer than allowed"
        case byteOrderMark = "the text begins with a byte-order mark"
        case unexpectedEnd = "the text ends too early"
        case unexpectedCharacter = "this character cannot stand here"
        case trailingContent = "something follows the end of the value"
        case invalidNumber = "this is not a JSON number"
        case invalidLiteral = "this is not true, false or null"
        case invalidEscape = "this escape sequence does not exist"
        case loneSurrogate = "this escape is one half of a surrogate pair"
        case invalidUTF8 = "these bytes are not UTF-8"
        case controlCharacter = "control characters must be escaped"
        case duplicateName = "this name stands twice in its object"
        case tooDeep = "arrays and objects are nested too deeply"
        case unterminatedComment = "this comment is never closed"
    }

    public let reason: Reason
    /// Bytes from the beginning of the text.
    public let offset: Int

    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "\(reason.rawValue) (at byte \(offset))" }
}

/// A place in a text as editors show it.
public struct JSONPosition: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    public init(offset: Int, in bytes: [UInt8]) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }
}
