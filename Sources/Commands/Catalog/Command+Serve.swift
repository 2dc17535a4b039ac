internal import Configuration
internal import Processes
internal import Server
internal import Telemetry
internal import Text
internal import Threads

extension Command {
    static let serve = Command(
        path: ["serve"], summary: "Runs the gateway",
        details: """
            Logs go to standard error, one entry per line. SIGHUP reloads the configuration; if it has a fault, the old
            one stays in use. On SIGTERM or SIGINT, the gateway completes requests in flight, for at most 30 s, and ends.
            """,
        options: [.config, .logFormat(default: .json)]
    ) { (call) throws(CommandError) -> ExitCode in
        let format = try call.logFormat(otherwise: .json)
        let path = try call.arguments.required("config")
        return try serve(try call.settings(mayBePipe: false), from: path, format, call) { _ in }
    }

    /// Serves until a signal ends the process.
    ///
    /// - Parameter ready: called once the listeners accept connections.
    static func serve(
        _ settings: Settings, from path: String, _ format: LogFormat, _ call: Invocation, isDemo: Bool = false,
        ready: (GatewayProcess) throws(CommandError) -> Void
    ) throws(CommandError) -> ExitCode {
        Signals.block()
        let log: Log
        let process: GatewayProcess
        do throws(ThreadError) {
            log = Log(format, to: try LogSink.standardError())
        } catch {
            throw .failure("logs cannot be written: \(error)")
        }
        defer { log.sink.close() }
        do throws(StartError) {
            process = try GatewayProcess(settings, environment: call.environment, log: log, isDemo: isDemo)
            try process.start()
        } catch {
            throw .failure(error.description)
        }
        try ready(process)
        process.run { () throws(ConfigurationError) -> Settings in
            try SettingsFile.load(path: path, environment: call.environment)
        }
        return .done
    }
}

extension Option {
    static func logFormat(default format: LogFormat) -> Option {
        .value("log-format", "FORMAT", "json (for programs) or text (for human readers); default: \(format.rawValue)")
    }
}

extension Invocation {
    func logFormat(otherwise ordinary: LogFormat) throws(CommandError) -> LogFormat {
        guard let text = arguments.value("log-format") else { return ordinary }
        guard let format = LogFormat(exactly: text) else {
            throw .usage("--log-format must be json or text, not \(shown(text))")
        }
        return format
    }
}
