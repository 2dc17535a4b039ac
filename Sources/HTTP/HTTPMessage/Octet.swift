public import Text

/// The byte classes of RFC 9110 and RFC 3986, shared by all parsers.
public enum Octet {
    // tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
    @inlinable public static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x2D, 0x5F: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2E, 0x5E, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    // field-vchar = VCHAR / obs-text;  inside a value also SP and HTAB (RFC 9110, section 5.5)
    @inlinable public static func isFieldValue(_ byte: UInt8) -> Bool {
        !ASCII.isControl(byte)
    }

    // pchar / "/" / "?" (RFC 3986, sections 3.3 and 3.4); "%" is checked when it is decoded
    @inlinable public static func isTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x3F...0x5A, 0x24...0x3B, 0x21, 0x3D, 0x5F, 0x7E: true
        // Octets outside the grammar that browsers send in queries: [ ] { } |
        case 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: true
        default: false
        }
    }

    @inlinable public static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
