internal import Text

/// The sender or recipient of an email: `Name <address>`, or an address alone (RFC 5322, section 3.4).
///
/// The address is ASCII: emails are sent without the extension SMTPUTF8 (RFC 6531), and removing other characters would
/// yield a different address.
public struct Mailbox: Sendable, Hashable {
    /// Display name in any script; empty if there is none.
    public let name: String
    /// Address as `local-part@domain`, at most 254 octets.
    public let address: String

    /// The reason why a text is not a mailbox.
    public enum SyntaxError: Error, Sendable, Hashable {
        case malformed
        /// The part before the `@` has characters outside ASCII.
        case localPartBeyondASCII
        /// The domain has characters outside ASCII; its ASCII form begins with `xn--` (RFC 5891).
        case domainBeyondASCII
    }

    /// Parses `Name <address>` or an address.
    public init(_ text: String) throws(SyntaxError) {
        var (name, address) = (Substring(), text[...])
        if text.ends(exactly: ">") {
            guard let parts = text.dropping(exactlyLast: ">")?.cut(atLast: "<") else { throw .malformed }
            (name, address) = (parts.before.trimmingBlanks(), parts.after)
        }
        name = name.dropping(exactly: "\"")?.dropping(exactlyLast: "\"") ?? name
        guard !name.holds("<"), !name.holds(">") else { throw .malformed }
        try Mailbox.check(address)
        (self.name, self.address) = (String(name), String(address))
    }

    // addr-spec = local-part "@" domain, restricted to a dot-atom and a host name (RFC 5322, section 3.4.1; lengths:
    // RFC 5321, section 4.5.3.1)
    private static func check(_ address: Substring) throws(SyntaxError) {
        let parts = address.split(at: "@")
        guard parts.count == 2 else { throw .malformed }
        guard parts[0].utf8.allSatisfy({ $0 < 0x80 }) else { throw .localPartBeyondASCII }
        guard parts[1].utf8.allSatisfy({ $0 < 0x80 }) else { throw .domainBeyondASCII }
        let atoms = parts[0].split(at: ".")
        let labels = parts[1].split(at: ".")
        guard address.utf8.count <= 254, parts[0].utf8.count <= 64, parts[1].utf8.count <= 253,
            atoms.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isAtomText) }),
            labels.allSatisfy({ label in
                (1...63).contains(label.utf8.count) && label.utf8.first != 0x2D && label.utf8.last != 0x2D
                    && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
            })
        else { throw .malformed }
    }

    /// `atext` (RFC 5322, section 3.2.3).
    private static func isAtomText(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
    }
}
