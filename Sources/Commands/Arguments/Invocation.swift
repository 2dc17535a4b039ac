internal import Configuration
internal import Databases
internal import Files
internal import GatewayStores
internal import Grants
internal import JSON
internal import Policy
internal import Server
internal import SettingDeclarations
internal import Text
internal import Threads
internal import Time

/// One call of a command: its arguments and its environment.
struct Invocation: Sendable {
    let arguments: Arguments
    let environment: [String: String]
    let input: any ByteSource
    let output: any ByteSink
    let error: any ByteSink
    /// The calendar clock.
    let now: @Sendable () -> Timestamp
    /// True if the command may fetch keys from providers.
    let usesNetwork: Bool

    /// Prints one line on standard output, with terminal control characters escaped. Returns false if the reader is
    /// gone.
    @discardableResult func print(_ line: String) -> Bool {
        output.write(Array((line.escapedForTerminal() + "\n").utf8))
    }

    /// Prints lines on standard output. Returns false if the reader is gone.
    @discardableResult func print(_ lines: [String]) -> Bool {
        lines.allSatisfy { print($0) }
    }

    /// Prints one JSON text as a line on standard output, with terminal control characters escaped.
    @discardableResult func print(_ json: [UInt8]) -> Bool {
        output.write(JSONWriter.escapedForTerminal(json) + [0x0A])
    }

    /// Prints one line on standard error, with terminal control characters escaped.
    func warn(_ line: String) {
        error.write(Array((line.escapedForTerminal() + "\n").utf8))
    }

    /// The number of threads that read a configuration at the start of a command.
    static var readingThreads: Int { min(SystemThread.processorCount, 8) }

    /// Loads the configuration of `--config`, or throws all its faults.
    ///
    /// - Parameter mayBePipe: false for a command that reads the file again later.
    func settings(mayBePipe: Bool = true) throws(CommandError) -> Settings {
        let path = try arguments.required("config")
        do throws(ConfigurationError) {
            return try SettingsFile.load(
                path: path, environment: environment, mayBePipe: mayBePipe, threads: Invocation.readingThreads)
        } catch {
            throw CommandError(exitCode: .no, lines: error.faults.map(\.description))
        }
    }

    /// Returns the content of a file, or of standard input for `-`.
    func content(of path: String, limit: Int) throws(CommandError) -> [UInt8] {
        if path.isExactly("-") {
            var bytes: [UInt8] = []
            while let chunk = input.read() {
                bytes += chunk
                guard bytes.count <= limit else { throw .failure("standard input is longer than \(limit) bytes") }
            }
            return bytes
        }
        do throws(FileError) {
            return try SettingSources.readArgument(path, limit: limit)
        } catch {
            throw .failure("the file \(shown(path)) cannot be read: \(error.description)")
        }
    }

    /// Returns the stored grants, suspensions and rules. The result is empty if the store does not exist yet.
    func access(under settings: Settings) throws(CommandError) -> AccessSnapshot {
        do throws(DatabaseError) {
            guard try GatewayStore.exists(settings) else { return .empty }
            let database = try GatewayStore.open(settings, isMade: false)
            defer { database.close() }
            return try AccessStore.snapshot(of: database)
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
    }

    /// Returns the time of `--at`, or the current time without the option.
    func moment() throws(CommandError) -> Timestamp {
        guard let text = arguments.value("at") else { return now() }
        guard let moment = Timestamp(rfc3339: text) else {
            throw .usage("--at must be a time such as 2026-01-31T12:00:00Z, not \(shown(text))")
        }
        return moment
    }
}

extension Option {
    static let config = Option.value("config", "FILE", isRequired: true, "the configuration")
    static let json = Option.flag("json", "output for programs")
}
