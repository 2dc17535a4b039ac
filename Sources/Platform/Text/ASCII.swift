/// An ASCII character as its octet, written as a literal: `field.split(at: ";")`.
///
/// Protocol parsers take this type instead of `Character`. A `Character` literal also equals canonically equivalent
/// ones (U+037E equals `;`), and differs from itself with a combining mark.
public struct ASCII: Hashable, Sendable, ExpressibleByUnicodeScalarLiteral {
    /// Octet, 0–127.
    public let octet: UInt8

    /// Traps if the literal is not ASCII, which is a programming error.
    @inlinable
    public init(unicodeScalarLiteral scalar: Unicode.Scalar) {
        octet = UInt8(ascii: scalar)
    }
}

extension ASCII {
    /// Maps `A`–`Z` to `a`–`z`; all other octets are unchanged.
    @inlinable public static func lowercased(_ octet: UInt8) -> UInt8 { 0x41...0x5A ~= octet ? octet | 0x20 : octet }

    /// Returns true for the control characters of ASCII other than the tab.
    @inlinable public static func isControl(_ octet: UInt8) -> Bool { octet < 0x20 && octet != 0x09 || octet == 0x7F }
}
