internal import SettingDeclarations
internal import Text

/// The reference of all settings, with meanings and defaults.
public enum ReferenceText {
    /// Lines of at most 100 characters, in the order of the table.
    public static var text: String {
        var lines = [
            "The configuration is one file: JSON with // and /* */ comments and trailing commas.",
            "Secrets are written as {\"env\": \"NAME\"} or {\"file\": \"PATH\"}; one line break at their end is removed.",
            "Relative paths are relative to the configuration file.",
        ]
        append(Settings.settings, under: "", to: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func append(_ settings: [DeclaredSetting], under path: String, to lines: inout [String]) {
        for setting in settings {
            let name = path.isEmpty ? setting.name : "\(path).\(setting.name)"
            lines.append("")
            switch setting.presence {
            case .required: lines.append("\(name) (required)")
            case .optional: lines.append("\(name) (optional)")
            case .byDefault(let text): lines.append("\(name) (default: \(text))")
            }
            lines += wrapped(setting.meaning)
            // A section may have a short form, which is text.
            if setting.section == nil || setting.good.first?.utf8.first == UInt8(ascii: "\"") {
                lines += wrapped("Value: \(setting.noun).")
                if let example = setting.good.first { lines.append("    Example: \(example)") }
            }
            guard let section = setting.section else { continue }
            append(section.settings, under: section.isList ? "\(name)[]" : name, to: &lines)
        }
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = "   "
        for word in text.words(between: " ") {
            if line.count + word.count + 1 > 100 {
                lines.append(line)
                line = "   "
            }
            line += " " + word
        }
        return lines + [line]
    }
}
