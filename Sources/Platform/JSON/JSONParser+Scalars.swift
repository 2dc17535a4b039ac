extension JSONParser {
    /// `string = quotation-mark *char quotation-mark` (RFC 8259, section 7).
    mutating func parseString(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        let node = nodes.count
        try open(.string)
        index += 1
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                close(node)
                return
            case UInt8(ascii: "\\"):
                nodes[node].hasEscapes = true
                try parseEscape(text)
            case 0x20...0x7F:
                index &+= 1
            case 0x0A where dialect == .configuration, 0x0D where dialect == .configuration:
                throw unterminated(node, text)
            case ..<0x20:
                throw fault(.controlCharacter)
            default:
                try skipScalar(text)
            }
        }
        throw unterminated(node, text)
    }

    private mutating func parseEscape(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        guard index + 1 < text.count else { throw fault(.unexpectedEnd) }
        switch text[index + 1] {
        case UInt8(ascii: "u"):
            let unit = try hexadecimalUnit(text)
            guard unit & 0xFC00 != 0xDC00 else { throw fault(.loneSurrogate) }
            guard unit & 0xFC00 == 0xD800 else {
                index += 6
                return
            }
            let high = index
            index += 6
            guard index + 1 < text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u"),
                try hexadecimalUnit(text) & 0xFC00 == 0xDC00
            else { throw JSONSyntaxError(reason: .loneSurrogate, offset: high) }
            index += 6
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            index += 2
        default:
            throw fault(.invalidEscape)
        }
    }

    /// Returns the value of the four digits of `\uXXXX` at the index.
    private func hexadecimalUnit(_ text: Span<UInt8>) throws(JSONSyntaxError) -> UInt16 {
        guard index + 6 <= text.count else { throw fault(.unexpectedEnd) }
        var unit: UInt16 = 0
        for position in 2..<6 {
            guard let digit = hexadecimalValue(text[index + position]) else { throw fault(.invalidEscape) }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// Skips one well-formed UTF-8 sequence (Unicode 15, table 3-7).
    mutating func skipScalar(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        let lead = text[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case ..<0x80: length = 1
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF } else if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF } else if lead == 0xF4 { second = 0x80...0x8F }
        default: throw fault(.invalidUTF8)
        }
        if length > 1 {
            guard index + length <= text.count, second.contains(text[index + 1]) else { throw fault(.invalidUTF8) }
            for position in 2..<max(2, length) where text[index + position] & 0xC0 != 0x80 {
                throw fault(.invalidUTF8)
            }
        }
        index += length
    }

    /// `number = [ minus ] int [ frac ] [ exp ]` (RFC 8259, section 6).
    mutating func parseNumber(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        let node = nodes.count
        try open(.number)
        if text[index] == UInt8(ascii: "-") { index += 1 }
        if index < text.count, text[index] == UInt8(ascii: "0") {
            index += 1
            if index < text.count, (0x30...0x39).contains(text[index]) { throw fault(.invalidNumber) }
        } else {
            try skipDigits(text)
        }
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            try skipDigits(text)
        }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
            try skipDigits(text)
        }
        close(node)
    }

    /// `1*DIGIT`
    private mutating func skipDigits(_ text: Span<UInt8>) throws(JSONSyntaxError) {
        let start = index
        while index < text.count, (0x30...0x39).contains(text[index]) { index &+= 1 }
        if index == start { throw fault(.invalidNumber) }
    }

    /// Returns the content of a string node, unescaped, as UTF-8.
    func unescaped(_ node: JSONNode, in text: Span<UInt8>) -> [UInt8] {
        unescapedContent(text.extracting(Int(node.start) + 1..<Int(node.end) - 1), hasEscapes: node.hasEscapes)
    }
}

func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

/// Decodes the content between the quotation marks of an accepted string.
func unescapedContent(_ content: Span<UInt8>, hasEscapes: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(content.count)
    var index = 0
    func unit(at position: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 4 | UInt32(hexadecimalValue(content[position + $1]) ?? 0) }
    }
    while index < content.count {
        guard hasEscapes, content[index] == UInt8(ascii: "\\") else {
            result.append(content[index])
            index += 1
            continue
        }
        let escape = content[index + 1]
        index += 2
        switch escape {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = unit(at: index)
            index += 4
            if scalar & 0xFC00 == 0xD800 {
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (unit(at: index + 2) & 0x3FF)
                index += 6
            }
            if let scalar = Unicode.Scalar(scalar), let encoded = UTF8.encode(scalar) {
                result.append(contentsOf: encoded)
            }
        default: result.append(escape)
        }
    }
    return result
}
