internal import Configuration
internal import Text
public import Time

/// The command line `gatehouse`, as a function that tests can call.
public enum Gatehouse {
    /// Runs a command.
    ///
    /// - Parameters:
    ///   - arguments: the arguments after the program's name.
    ///   - now: the calendar clock.
    ///   - usesNetwork: true if commands that verify tokens may fetch keys from providers.
    /// - Returns: 0 done or yes, 1 no, 2 usage error.
    public static func run(
        arguments: [String], environment: [String: String], input: any ByteSource, output: any ByteSink,
        error sink: any ByteSink, now: @escaping @Sendable () -> Timestamp = Timestamp.now,
        usesNetwork: Bool = true
    ) -> Int32 {
        func say(_ text: String, to sink: any ByteSink) { sink.write(Array(text.utf8)) }

        let words = arguments[...]
        let asksForHelp = words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
        let name = words.first == "help" ? words.dropFirst().filter { !$0.starts(exactly: "-") }[...] : words
        if let command = Command.named(by: name) {
            if asksForHelp || words.first == "help" {
                say(Help.text(for: command), to: output)
                return ExitCode.done.rawValue
            }
            do throws(CommandError) {
                let arguments = try Arguments(words.dropFirst(command.path.count), for: command)
                return try command.run(
                    Invocation(
                        arguments: arguments, environment: environment, input: input, output: output, error: sink,
                        now: now, usesNetwork: usesNetwork)
                ).rawValue
            } catch {
                let hint = error.exitCode == .usageError ? " (gatehouse \(command.name) --help shows its usage)" : ""
                let prefix = error.exitCode == .usageError ? "gatehouse \(command.name): " : ""
                for line in error.lines { say((prefix + line + hint).escapedForTerminal() + "\n", to: sink) }
                return error.exitCode.rawValue
            }
        }
        let group = Command.all.filter { $0.path.count > 1 && $0.path.first.isExactly(name.first) }
        let listed = group.isEmpty ? Command.all : group
        if asksForHelp || words.first == "help", !group.isEmpty || name.allSatisfy({ $0.starts(exactly: "-") }) {
            say(Help.overview(of: listed), to: output)
            return ExitCode.done.rawValue
        }
        guard let first = name.first else {
            say(Help.overview(of: listed), to: sink)
            return ExitCode.usageError.rawValue
        }
        say(wrongCommand(first, name.dropFirst().first, group).escapedForTerminal() + "\n", to: sink)
        return ExitCode.usageError.rawValue
    }

    private static func wrongCommand(_ first: String, _ second: String?, _ group: [Command]) -> String {
        if !group.isEmpty {
            let known = group.map { $0.path[1] }
            let list = known.joined(separator: ", ")
            guard let second else { return "gatehouse \(first): name one of its commands: \(list)" }
            let meant =
                Suggestion.nearest(to: second, among: known).map { "did you mean \($0)?" } ?? "available: \(list)"
            return "gatehouse \(first): unknown command \(shown(second)); \(meant)"
        }
        let known = Command.all.reduce(into: [String]()) { names, command in
            if names.last != command.path[0] { names.append(command.path[0]) }
        }
        let meant = Suggestion.nearest(to: first, among: known).map { "did you mean \($0)?" }
        return "gatehouse: unknown command \(shown(first)); \(meant ?? "gatehouse --help lists the commands")"
    }
}
