internal import Text

extension JSONValue {
    /// Returns the canonical form (RFC 8785): members sorted by the UTF-16 code units of their names, no white space,
    /// numbers as ECMAScript prints binary64. Returns nil if a number exceeds binary64.
    public func canonicalBytes() -> [UInt8]? {
        var writer = JSONWriter(reservingCapacity: range.count)
        return write(to: &writer) ? writer.bytes : nil
    }

    private func write(to writer: inout JSONWriter) -> Bool {
        switch kind {
        case .null: writer.null()
        case .boolean: writer.boolean(boolean == true)
        case .string: writer.string(string ?? "")
        case .number:
            guard let double else { return false }
            writer.double(double)
        case .array:
            writer.beginArray()
            for element in elements where !element.write(to: &writer) { return false }
            writer.endArray()
        case .object:
            writer.beginObject()
            let sorted = members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            for member in sorted {
                writer.name(member.name)
                guard member.value.write(to: &writer) else { return false }
            }
            writer.endObject()
        }
        return true
    }
}

// ECMA-262, section 6.1.6.1.20 (Number::toString), as RFC 8785, section 3.2.2.3 requires. The digits are the standard
// library's shortest ones; only their layout differs.
func canonicalNumber(_ value: Double) -> String {
    if value == 0 { return "0" }
    let sign = value < 0 ? "-" : ""
    let text = value.magnitude.description
    let parts = text.split(at: "e")
    let mantissa = parts[0].split(at: ".")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let fraction = mantissa.count > 1 && !mantissa[1].isExactly("0") ? mantissa[1] : ""
    // 0.digits × 10^point
    var digits = Substring(mantissa[0] + fraction)
    var point = mantissa[0].utf8.count + exponent
    while digits.utf8.first == UInt8(ascii: "0") {
        digits.removeFirst()
        point -= 1
    }
    while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
    let count = digits.utf8.count
    switch point {
    case count...21:
        return sign + digits + String(repeating: "0", count: point - count)
    case 1...21:
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    case -5...0:
        return sign + "0." + String(repeating: "0", count: -point) + digits
    default:
        let power = (point > 0 ? "e+" : "e-") + String((point - 1).magnitude)
        return sign + digits.prefix(1) + (count > 1 ? "." : "") + digits.dropFirst() + power
    }
}
