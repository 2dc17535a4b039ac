/// A text that is not valid JSON: the reason and the position.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The closed list of reasons, with their texts for users.
    public enum Reason: String, Sendable, CaseIterable {
        case tooLarge = "the text is longer than allowed"
        case byteOrderMark = "the text begins with a byte-order mark"
        case empty = "the text is empty"
        case unexpectedEnd = "the text ends too early"
        case expectedValue = "expected a value"
        case expectedName = "expected a name in double quotation marks, or }"
        case expectedColon = "expected :"
        case expectedCommaOrBrace = "expected , or }"
        case expectedCommaOrBracket = "expected , or ]"
        case unclosedObject = "this { is never closed: expected , or } before the end"
        case unclosedArray = "this [ is never closed: expected , or ] before the end"
        case trailingContent = "expected the end of the text"
        case typographicQuote = "this is a typographic quotation mark: write \" (U+0022)"
        case otherQuote = "strings and names must be in double quotation marks: write \""
        case unterminatedString = "unterminated string"
        case mistakenlyClosedString =
            "unterminated string: a typographic quotation mark does not close it, write \" (U+0022)"
        case invalidNumber = "this is not a JSON number"
        case invalidLiteral = "this is not true, false or null"
        case invalidEscape = "this escape sequence does not exist (a backslash itself is written \\\\)"
        case loneSurrogate = "this escape is one half of a surrogate pair"
        case invalidUTF8 = "these bytes are not UTF-8"
        case controlCharacter = "control characters must be escaped"
        case duplicateName = "this name occurs twice in its object"
        case tooDeep = "arrays and objects are nested too deeply"
        case unterminatedComment = "unterminated comment"
        case invalidComment = "a comment begins with // or /*"
    }

    public let reason: Reason
    /// Offset in bytes from the beginning of the text.
    public let offset: Int

    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "\(reason.rawValue) (at byte \(offset))" }
}

/// A position in a text, in the line and column that editors show.
public struct JSONPosition: Hashable, Sendable, CustomStringConvertible {
    /// Line, from 1.
    public let line: Int
    /// Column in Unicode scalars, from 1.
    public let column: Int

    /// Position of a byte offset in a text.
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
