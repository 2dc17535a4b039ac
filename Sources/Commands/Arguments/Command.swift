/// A command: its name, arguments, help and action. Parsing, help and the overview are derived from it.
struct Command: Sendable {
    /// The words of the name: `["token", "verify"]` for `token verify`.
    let path: [String]
    /// One line for the overview, without a full stop.
    let summary: String
    /// Further text for the command's help. May be empty.
    var details = ""
    var options: [Option] = []
    var operands: [Operand] = []
    /// Runs the command. A thrown failure is printed on standard error and sets the exit code.
    let run: @Sendable (Invocation) throws(CommandError) -> ExitCode

    var name: String { path.joined(separator: " ") }
}

/// An option, written with two dashes.
struct Option: Sendable {
    /// The name without the dashes.
    let name: String
    /// The placeholder of the value in help; nil for a flag.
    let placeholder: String?
    var isRequired = false
    /// True if the option may be repeated.
    var isRepeated = false
    let help: String

    static func value(
        _ name: String, _ placeholder: String, isRequired: Bool = false, isRepeated: Bool = false, _ help: String
    ) -> Option {
        Option(name: name, placeholder: placeholder, isRequired: isRequired, isRepeated: isRepeated, help: help)
    }

    static func flag(_ name: String, _ help: String) -> Option {
        Option(name: name, placeholder: nil, help: help)
    }

    /// The form in help: `--keys FILE`.
    var spelling: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }
}

/// A positional argument.
struct Operand: Sendable {
    let placeholder: String
    var isRequired = true
    let help: String

    /// The form in usage lines.
    var spelling: String { isRequired ? placeholder : "[\(placeholder)]" }
}
