/// The help texts of the command line.
enum Help {
    /// Returns the overview of commands.
    static func overview(of commands: [Command]) -> String {
        let width = (commands.map(\.name.count).max() ?? 0) + 2
        let lines = commands.map { "  " + $0.name + String(repeating: " ", count: width - $0.name.count) + $0.summary }
        return """
            Usage: gatehouse COMMAND

            \(lines.joined(separator: "\n"))

            Every command accepts --help. Exit codes: 0 done or yes, 1 no or failed, 2 usage error.

            """
    }

    static func text(for command: Command) -> String {
        var usage = "Usage: gatehouse \(command.name)"
        for option in command.options {
            usage += option.isRequired ? " \(option.spelling)" : " [\(option.spelling)]"
            if option.isRepeated { usage += "…" }
        }
        for operand in command.operands { usage += " \(operand.spelling)" }
        var text = "\(usage)\n\n\(command.summary).\n"
        if !command.details.isEmpty { text += "\n\(command.details)\n" }
        let rows =
            command.operands.map { ($0.placeholder, $0.help) } + command.options.map { ($0.spelling, $0.help) }
            + [("--help", "print this text")]
        let width = (rows.map(\.0.count).max() ?? 0) + 2
        text += "\n"
        for (words, help) in rows {
            text += "  " + words + String(repeating: " ", count: width - words.count) + help + "\n"
        }
        return text
    }
}
