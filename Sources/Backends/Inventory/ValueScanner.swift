internal import JSON

/// Finds the end of a JSON value by counting brackets outside strings. The value is not checked.
struct ValueScanner {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// True if the value is a number or a literal. It ends before the first byte that cannot belong to it.
    private var isScalar = false

    init() {}

    init(beginningWith byte: UInt8) {
        isScalar = byte != UInt8(ascii: "{") && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "\"")
    }

    /// Returns true if a value can begin with the byte, and false if the byte separates values.
    static func canBegin(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"): false
        default: true
        }
    }

    /// Continues from a position. Returns the end of the value, or nil if it extends beyond these bytes.
    mutating func scan(
        _ bytes: Span<UInt8>, from start: Int, documentOffset: Int
    ) throws(JSONSyntaxError) -> Int? {
        if isScalar { return ValueScanner.endOfScalar(bytes, from: start) }
        var position = start
        var (depth, isInString, isEscaped) = (depth, isInString, isEscaped)
        defer { (self.depth, self.isInString, self.isEscaped) = (depth, isInString, isEscaped) }
        while position < bytes.count {
            let byte = bytes[position]
            position &+= 1
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                    if depth == 0 { return position }
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > DocumentSplitter.elementDepth {
                    throw JSONSyntaxError(reason: .tooDeep, offset: documentOffset + position - 1)
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return position }
            default: break
            }
        }
        return nil
    }

    private static func endOfScalar(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        for position in start..<bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): return position
            default: continue
            }
        }
        return nil
    }
}
