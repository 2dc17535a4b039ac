/// A command, its words and what it does: everything that parsing, help and the overview need.
struct Command: Sendable {
    /// `token verify` is `["token", "verify"]`.
    let path: [String]
    /// One line of the overview, without a full stop.
    let summary: String
    /// More for its own help; may be empty.
    var details = ""
    var options: [Option] = []
    var operands: [Operand] = []
    /// Does it. What it throws becomes one line on standard error and the exit code.
    let run: @Sendable (Invocation) throws(CommandFailure) -> ExitCode

    var name: String { path.joined(separator: " ") }
}

/// A word with two dashes in front.
struct Option: Sendable {
    /// Without the dashes.
    let name: String
    /// What its value is, as help writes it; `nil` for one that has no value.
    let placeholder: String?
    var isRequired = false
    /// Whether it may stand several times.
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

    /// As it is typed: `--keys FILE`.
    var spelling: String { "--\(name)" + (placeholder.map { " \($0)" } ?? "") }
}

/// A word without dashes.
struct Operand: Sendable {
    let placeholder: String
    var isRequired = true
    let help: String

    /// As usage lines write it.
    var spelling: String { isRequired ? placeholder : "[\(placeholder)]" }
}
