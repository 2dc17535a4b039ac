/// How a command ends.
enum ExitCode: Int32, Sendable {
    /// Done, or yes.
    case done = 0
    /// No: a token invalid, access denied, a configuration invalid; or a failure.
    case no = 1
    /// The call's words are wrong.
    case wrongWords = 2
}

/// Why a command could not do its work: lines for standard error that say what to do.
struct CommandFailure: Error, Sendable {
    let exitCode: ExitCode
    let lines: [String]

    /// The call's words are wrong.
    static func words(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: .wrongWords, lines: [message])
    }

    static func failure(_ message: String) -> CommandFailure {
        CommandFailure(exitCode: .no, lines: [message])
    }
}
