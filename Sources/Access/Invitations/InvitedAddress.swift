public import Identities
internal import Text

/// An address that can be invited.
public struct InvitedAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address in lower case (ASCII).
    public let email: EmailAddress

    // addr-spec with a dot-atom before the "@" (RFC 5322, section 3.4.1) and a host name behind it (RFC 1123, 2.1)
    /// Returns nil if the text is not such an address, or is longer than a mail server accepts (RFC 5321, section
    /// 4.5.3.1).
    public init?(_ text: String) {
        let parts = text.split(at: "@")
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (3...254).contains(text.utf8.count),
            !parts[0].starts(exactly: "."), !parts[0].ends(exactly: "."), !parts[0].holds(exactly: ".."),
            parts[0].utf8.allSatisfy(InvitedAddress.isAtom), InvitedAddress.isHostName(parts[1])
        else { return nil }
        email = EmailAddress(text.asciiLowercased())
    }

    public var description: String { email.text }

    /// Accepts `atext` (RFC 5322, section 3.2.3), and the dots between atoms.
    private static func isAtom(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || ".!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isHostName(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy {
                        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D
                    }
            }
    }
}
