/// Detailed reasons for common faults in handwritten JSON, determined only after the text is refused.
extension JSONParser {
    /// Returns the fault for an unexpected character: a specific reason if the character suggests one, or else the
    /// given one.
    func unexpected(_ reason: JSONSyntaxError.Reason, _ text: Span<UInt8>) -> JSONSyntaxError {
        switch text[index] {
        case _ where isTypographicQuote(at: index, text): fault(.typographicQuote)
        case UInt8(ascii: "'"), UInt8(ascii: "`"): fault(.otherQuote)
        case UInt8(ascii: "#") where dialect == .configuration: fault(.invalidComment)
        // Octets that begin no scalar (Unicode 15, table 3-7).
        case 0x80...0xC1, 0xF5...0xFF: fault(.invalidUTF8)
        default: fault(reason)
        }
    }

    /// Returns the fault for a text that ends inside an object or array, at the opening bracket's offset.
    func unclosed(_ node: Int) -> JSONSyntaxError {
        JSONSyntaxError(
            reason: nodes[node].kind == .object ? .unclosedObject : .unclosedArray, offset: Int(nodes[node].start))
    }

    /// Returns the fault for a text or line that ends inside a string, at the opening quotation mark's offset.
    func unterminated(_ node: Int, _ text: Span<UInt8>) -> JSONSyntaxError {
        let start = Int(nodes[node].start)
        let isMistaken = (start..<index).contains { isTypographicQuote(at: $0, text) }
        return JSONSyntaxError(reason: isMistaken ? .mistakenlyClosedString : .unterminatedString, offset: start)
    }

    /// U+2018 to U+201F, U+00AB and U+00BB, in UTF-8.
    private func isTypographicQuote(at index: Int, _ text: Span<UInt8>) -> Bool {
        switch text[index] {
        case 0xE2:
            index + 2 < text.count && text[index + 1] == 0x80 && (0x98...0x9F).contains(text[index + 2])
        case 0xC2:
            index + 1 < text.count && (text[index + 1] == 0xAB || text[index + 1] == 0xBB)
        default: false
        }
    }
}
