/// The id of an organization as configuration, paths and storage write it: 1–64 of `a`–`z`, `0`–`9`, `-`, `_`, `.`,
/// beginning with a letter or digit.
public struct OrganizationID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String

    /// Returns nil if the text breaks the rule above.
    public init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...64).contains(bytes.count), let first = bytes.first, OrganizationID.isAlphanumeric(first),
            bytes.allSatisfy({ OrganizationID.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E })
        else { return nil }
        self.text = String(text)
    }

    public static func < (a: OrganizationID, b: OrganizationID) -> Bool { a.text < b.text }

    public var description: String { text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
