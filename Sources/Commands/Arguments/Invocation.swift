internal import Configuration
internal import Databases
internal import Gateway
internal import Grants
internal import JSON
internal import Snapshots
internal import Text
internal import Time

/// One call of a command: its arguments, and the world around it.
struct Invocation: Sendable {
    let arguments: Arguments
    let environment: [String: String]
    let input: any ByteSource
    let output: any ByteSink
    let error: any ByteSink
    /// What the calendar clock says.
    let now: @Sendable () -> Timestamp
    /// Whether providers may be asked for their keys.
    let usesNetwork: Bool

    /// One line on standard output, without what a terminal would act on; false if nothing reads it any more.
    @discardableResult func print(_ line: String) -> Bool {
        output.write(Array((line.escapedForTerminal() + "\n").utf8))
    }

    /// Lines on standard output; false if nothing reads them any more.
    @discardableResult func print(_ lines: [String]) -> Bool {
        lines.allSatisfy { print($0) }
    }

    /// One JSON text on a line of standard output, in which what a terminal would act on is escaped.
    @discardableResult func print(_ json: [UInt8]) -> Bool {
        output.write(JSONWriter.escapedForTerminal(json) + [0x0A])
    }

    /// One line on standard error, without what a terminal would act on.
    func warn(_ line: String) {
        error.write(Array((line.escapedForTerminal() + "\n").utf8))
    }

    /// The configuration that `--config` names; all its faults are told where it has some.
    ///
    /// - Parameter mayBePipe: false for a command that reads it again later.
    func settings(mayBePipe: Bool = true) throws(CommandFailure) -> Settings {
        let path = try arguments.required("config")
        do throws(ConfigurationFaults) {
            return try SettingsFile.load(path: path, environment: environment, mayBePipe: mayBePipe)
        } catch {
            throw CommandFailure(exitCode: .no, lines: error.faults.map(\.description))
        }
    }

    /// The content of a file, or of standard input for `-`.
    func content(of path: String, limit: Int) throws(CommandFailure) -> [UInt8] {
        if path.isExactly("-") {
            var bytes: [UInt8] = []
            while let chunk = input.read() {
                bytes += chunk
                guard bytes.count <= limit else { throw .failure("standard input is longer than \(limit) bytes") }
            }
            return bytes
        }
        do throws(FileFault) {
            return try SettingSources.readArgument(path, limit: limit)
        } catch {
            throw .failure("the file \(shown(path)) cannot be read: \(error.description)")
        }
    }

    /// What is stored of grants, suspensions and mappings; nothing where there is no store yet.
    func access(under settings: Settings) throws(CommandFailure) -> AccessSnapshot {
        guard settings.storage.exists else { return .empty }
        do throws(DatabaseError) {
            let database = try GatewayProcess.open(settings.storage, isMade: false)
            defer { database.close() }
            return try AccessStore(database: database).snapshots.read().value
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
    }

    /// What `--at` says, or now.
    func moment() throws(CommandFailure) -> Timestamp {
        guard let text = arguments.value("at") else { return now() }
        guard let moment = Timestamp(rfc3339: text) else {
            throw .words("--at must be a time such as 2026-01-31T12:00:00Z, not \(shown(text))")
        }
        return moment
    }
}

extension Option {
    static let config = Option.value("config", "FILE", isRequired: true, "the configuration")
    static let json = Option.flag("json", "output for programs")
}
