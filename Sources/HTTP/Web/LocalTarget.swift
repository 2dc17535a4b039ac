/// A path of this site, with or without a query: the only allowed target of a redirect after sign-in (open redirect).
///
/// The text is checked once, here, and sent unchanged. Every text that a browser or a server behind could read as
/// another site is refused. Such texts have `//host`, backslashes (browsers turn them into slashes) or control
/// characters (browsers drop them), also percent-encoded.
public struct LocalTarget: Sendable, Hashable, CustomStringConvertible {
    /// The path and query; begins with exactly one slash.
    public let text: String

    /// Returns nil if the text is not an absolute path of this site, or exceeds 1 KiB.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.count <= 1024,
            bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !LocalTarget.never.contains($0) })
        else { return nil }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        guard LocalTarget.isPlain(path) else { return nil }
        guard LocalTarget.isDecodable(bytes[path.endIndex...]) else { return nil }
        self.text = text
    }

    public var description: String { text }

    /// Refused characters: `"`, `#`, `<`, `>`, `\`, `^`, `` ` ``, `{`, `|`, `}`
    private static let never: Set<UInt8> = [0x22, 0x23, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B, 0x7C, 0x7D]

    /// Returns true if no segment but the last is empty and none consists of dots alone. No segment may encode a slash,
    /// a backslash, a percent sign, a dot or a control character.
    private static func isPlain(_ path: ArraySlice<UInt8>) -> Bool {
        let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            guard !segment.isEmpty || index == segments.count - 1 else { return false }
            guard segment.isEmpty || !segment.allSatisfy({ $0 == UInt8(ascii: ".") }) else { return false }
        }
        return isDecodable(path) { byte in
            byte >= 0x20 && byte != 0x7F && byte != 0x2F && byte != 0x5C && byte != 0x25 && byte != 0x2E
        }
    }

    /// Returns true if every percent sign is followed by two hexadecimal digits of an allowed byte.
    private static func isDecodable(
        _ text: ArraySlice<UInt8>, where isAllowed: (UInt8) -> Bool = { $0 >= 0x20 && $0 != 0x7F }
    ) -> Bool {
        var rest = text
        while let sign = rest.firstIndex(of: UInt8(ascii: "%")) {
            let digits = rest[sign...].dropFirst().prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16),
                digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }), isAllowed(value)
            else { return false }
            rest = rest[digits.endIndex...]
        }
        return true
    }
}
