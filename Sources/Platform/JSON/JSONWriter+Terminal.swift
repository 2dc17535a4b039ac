internal import Text

extension JSONWriter {
    /// Rewrites JSON text so that a terminal shows its control and format characters instead of acting on them:
    /// `\u009b`, `\u202e`. The meaning of the JSON stays equal.
    ///
    /// Only strings in JSON may hold octets other than ASCII (RFC 8259, section 2). Each such scalar can therefore be
    /// written as an escape (section 7).
    ///
    /// - Parameter json: JSON text in UTF-8, without line breaks between its parts.
    public static func escapedForTerminal(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x7F }) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 16)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if scalar.isShownByTerminals {
                result.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)".utf8)
            }
        }
        return result
    }
}
