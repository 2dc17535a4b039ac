/// The grammar of chunk extensions after their first semicolon (RFC 9112, section 7.1.1), octet by octet.
///
///     chunk-ext     = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
///     chunk-ext-val = token / quoted-string
///
/// Ambiguous extensions are refused, since two parsers could read different lengths. They have no name or value, or
/// white space before a semicolon or an equals sign.
struct ChunkExtension: Sendable, Equatable {
    private enum Part: Sendable {
        case beforeName, name, beforeValue, value, quoted, escaped, afterQuoted
    }

    private var part = Part.beforeName

    /// True if the line may end here.
    var mayEnd: Bool { part == .name || part == .value || part == .afterQuoted }

    /// Consumes one octet.
    /// - Returns: false if the grammar does not allow it here.
    mutating func take(_ byte: UInt8) -> Bool {
        let isBlank = byte == 0x20 || byte == 0x09
        switch part {
        case .beforeName where isBlank, .beforeValue where isBlank: break
        case .beforeName where Octet.isToken(byte): part = .name
        case .beforeValue where Octet.isToken(byte): part = .value
        case .beforeValue where byte == UInt8(ascii: "\""): part = .quoted
        case .name where Octet.isToken(byte), .value where Octet.isToken(byte): break
        case .name where byte == UInt8(ascii: "="): part = .beforeValue
        case .name where byte == UInt8(ascii: ";"), .value where byte == UInt8(ascii: ";"),
            .afterQuoted where byte == UInt8(ascii: ";"):
            part = .beforeName
        case .quoted where byte == UInt8(ascii: "\""): part = .afterQuoted
        case .quoted where byte == UInt8(ascii: "\\"): part = .escaped
        case .quoted where Octet.isFieldValue(byte): break
        case .escaped where Octet.isFieldValue(byte): part = .quoted
        default: return false
        }
        return true
    }
}
