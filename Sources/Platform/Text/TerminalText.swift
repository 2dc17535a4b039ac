extension StringProtocol {
    /// The text with the characters that a terminal acts on escaped, as in `\u{1B}` and `\u{202E}`.
    ///
    /// Escaped are controls (C0, DEL and C1, which terminals read as CSI and OSC), and line and paragraph separators.
    /// Escaped too are characters that are invisible or change the display order: Unicode's format characters, such as
    /// bidirectional overrides and zero-width spaces (Trojan Source, CVE-2021-42574). A text without them is returned
    /// unchanged.
    @inlinable public func escapedForTerminal() -> String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return String(self) }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isShownByTerminals {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{\(String(scalar.value, radix: 16).asciiUppercased())}"
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// True if a terminal shows a sign for the scalar in its place. False for controls, line separators, and characters
    /// that are invisible or change the display order.
    public var isShownByTerminals: Bool {
        if value < 0x7F { return value >= 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !properties.isDefaultIgnorableCodePoint
        }
    }
}
