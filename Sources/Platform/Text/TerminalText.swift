extension StringProtocol {
    /// The text in a form that a terminal shows and does not act on: `\u{1B}`, `\u{202E}` for what it would act on.
    ///
    /// Escaped are controls (C0, DEL and C1, which terminals read as CSI and OSC), line and paragraph separators, and
    /// what is invisible or changes the order of what is shown (Unicode's format characters, such as bidirectional
    /// overrides and zero-width spaces; Trojan Source, CVE-2021-42574). A text without them is returned as it is.
    public func escapedForTerminal() -> String {
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
    /// Whether a terminal shows a sign for the scalar, in its place: false for controls, separators of lines, and what is
    /// invisible or changes the order of what is shown.
    public var isShownByTerminals: Bool {
        if value < 0x7F { return value >= 0x20 }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !properties.isDefaultIgnorableCodePoint
        }
    }
}
