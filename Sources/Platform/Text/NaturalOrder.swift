/// The order of names that people expect: without regard to case, and with numbers by their value.
public enum NaturalOrder {
    /// The longest part of a name that decides its place, in octets.
    private static let longest = 256

    /// Returns a text whose octets order names: those of `soc 9` precede those of `SOC 10`.
    ///
    /// A number is written as `0`, the count of its digits in two digits, and its digits.
    public static func key(_ name: String) -> String {
        var key: [UInt8] = []
        var digits: [UInt8] = []
        func number() -> [UInt8] {
            let value = digits.drop { $0 == 0x30 }
            let count = UInt8(min(value.count, 99))
            return [0x30, 0x30 + count / 10, 0x30 + count % 10] + value
        }
        for octet in name.lowercased().utf8.prefix(longest) {
            if (0x30...0x39).contains(octet) {
                digits.append(octet)
                continue
            }
            if !digits.isEmpty {
                key += number()
                digits = []
            }
            key.append(octet)
        }
        if !digits.isEmpty { key += number() }
        return String(decoding: key, as: UTF8.self)
    }
}
