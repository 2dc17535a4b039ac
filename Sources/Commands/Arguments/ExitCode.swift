/// The exit code of a command.
enum ExitCode: Int32, Sendable {
    /// Success, or yes.
    case done = 0
    /// No (an invalid token, denied access, an invalid configuration), or a failure.
    case no = 1
    /// A usage error.
    case usageError = 2
}

/// The reason why a command failed, as lines for standard error that state what to do.
struct CommandError: Error, Sendable {
    let exitCode: ExitCode
    let lines: [String]

    /// A usage error.
    static func usage(_ message: String) -> CommandError {
        CommandError(exitCode: .usageError, lines: [message])
    }

    static func failure(_ message: String) -> CommandError {
        CommandError(exitCode: .no, lines: [message])
    }
}
