/// A compact binary form of texts that are later encoded as base64url. Runs of characters of a base64 alphabet, the
/// usual content of codes and states, take six bits per character. Encoding them again therefore does not lengthen
/// them.
enum PackedText {
    private enum Alphabet: UInt8, CaseIterable {
        case url = 0
        case standard = 1

        var characters: [UInt8] {
            let common = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            return common + Array((self == .url ? "-_" : "+/").utf8)
        }
    }

    /// The minimum length of a packed run. Shorter runs cost more in length fields than they save.
    private static let shortestRun = 16

    // text = alphabet *( length octets length groups );  a group is four characters in three octets
    static func append(_ text: String, to output: inout [UInt8]) {
        let bytes = Array(text.utf8)
        let alphabet: Alphabet = bytes.contains(where: { $0 == 0x2B || $0 == 0x2F }) ? .standard : .url
        var values = Array(repeating: UInt8?.none, count: 256)
        for (value, character) in alphabet.characters.enumerated() { values[Int(character)] = UInt8(value) }
        var body: [UInt8] = [alphabet.rawValue]
        var (plain, index) = (0, 0)
        while index < bytes.count {
            let end = bytes[index...].firstIndex { values[Int($0)] == nil } ?? bytes.count
            let packed = end - index >= shortestRun ? (end - index) / 4 * 4 : 0
            if packed > 0 {
                appendNumber(index - plain, to: &body)
                body += bytes[plain..<index]
                appendNumber(packed / 4, to: &body)
                for start in stride(from: index, to: index + packed, by: 4) {
                    var group: UInt32 = 0
                    for offset in 0..<4 { group = group << 6 | UInt32(values[Int(bytes[start + offset])] ?? 0) }
                    body += [UInt8(group >> 16), UInt8(group >> 8 & 0xFF), UInt8(group & 0xFF)]
                }
                plain = index + packed
            }
            index = max(end, index + 1)
        }
        appendNumber(bytes.count - plain, to: &body)
        body += bytes[plain...]
        appendNumber(body.count, to: &output)
        output += body
    }

    /// Removes one text, written by ``append(_:to:)``, from the start of `input`. Returns nil if the input is
    /// malformed.
    static func take(from input: inout ArraySlice<UInt8>) -> String? {
        guard let count = takeNumber(from: &input), count <= input.count else { return nil }
        var body = input.prefix(count)
        input = input.dropFirst(count)
        guard let alphabet = body.popFirst().flatMap(Alphabet.init(rawValue:)) else { return nil }
        let characters = alphabet.characters
        var bytes: [UInt8] = []
        while !body.isEmpty {
            guard let plain = takeNumber(from: &body), plain <= body.count else { return nil }
            bytes += body.prefix(plain)
            body = body.dropFirst(plain)
            guard !body.isEmpty else { break }
            guard let groups = takeNumber(from: &body), groups <= body.count / 3 else { return nil }
            for _ in 0..<groups {
                var group: UInt32 = 0
                for _ in 0..<3 { group = group << 8 | UInt32(body.removeFirst()) }
                for shift in [18, 12, 6, 0] { bytes.append(characters[Int(group >> UInt32(shift) & 0x3F)]) }
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    // Seven bits per octet, lowest first. The highest bit means that more octets follow.
    private static func appendNumber(_ number: Int, to output: inout [UInt8]) {
        var rest = number
        while rest > 0x7F {
            output.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }

    private static func takeNumber(from input: inout ArraySlice<UInt8>) -> Int? {
        var number = 0
        for shift in stride(from: 0, through: 21, by: 7) {
            guard let octet = input.popFirst() else { return nil }
            number |= Int(octet & 0x7F) << shift
            if octet & 0x80 == 0 { return number }
        }
        return nil
    }
}
