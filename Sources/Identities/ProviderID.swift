/// The id of a trusted provider in the configuration.
public struct ProviderID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// Returns nil if the text is not 1–63 characters of `a`–`z`, `0`–`9`, `-`. The id is used in paths as it is.
    public init?(_ text: String) {
        guard (1...63).contains(text.utf8.count), text.utf8.allSatisfy(ProviderID.isAllowed) else { return nil }
        self.text = text
    }

    public var description: String { text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x2D: true
        default: false
        }
    }
}
