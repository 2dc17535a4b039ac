/// One ASCII character as its octet, written as a literal: `field.split(at: ";")`.
///
/// A parser of a protocol's text takes this type and not `Character`, because a `Character` literal also equals what is
/// canonically equivalent (U+037E equals `;`), and does not equal itself if a combining mark follows.
public struct ASCII: Hashable, Sendable, ExpressibleByUnicodeScalarLiteral {
    /// 0–127.
    public let octet: UInt8

    /// A literal that is not ASCII is a fault of the program, found when the line first runs.
    @inlinable
    public init(unicodeScalarLiteral scalar: Unicode.Scalar) {
        octet = UInt8(ascii: scalar)
    }
}
