internal import Configuration
internal import JSON

extension Command {
    static let check = Command(
        path: ["check"], summary: "Tells every fault of a configuration at once",
        details: """
            Each fault is one line on standard error: FILE:LINE:COLUMN: path.of.setting: what is wrong.
            A warning is such a line too, with "warning:" behind the place, and leaves the exit code at 0: a file with a
            secret, for example, that users other than its owner may read.
            Files and variables that the configuration points to are read; network and storage are not touched.
            """,
        options: [.config, .json]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let path = try call.arguments.required("config")
        var faults: [Fault] = []
        let warnings: [Warning]
        do throws(ConfigurationFaults) {
            warnings = try SettingsFile.load(path: path, environment: call.environment).warnings
        } catch {
            (faults, warnings) = (error.faults, error.warnings)
        }
        guard !call.arguments.has("json") else {
            call.print(json(faults, warnings))
            return faults.isEmpty ? .done : .no
        }
        for warning in warnings { call.warn(warning.description) }
        if faults.isEmpty {
            call.print("\(path): no faults")
        } else {
            throw CommandFailure(exitCode: .no, lines: faults.map(\.description))
        }
        return .done
    }

    private static func json(_ faults: [Fault], _ warnings: [Warning]) -> [UInt8] {
        var writer = JSONWriter()
        func finding(_ file: String, _ line: Int, _ column: Int, _ path: String, _ message: String) {
            writer.beginObject()
            writer.member("file", file)
            writer.member("line", line)
            writer.member("column", column)
            writer.member("path", path)
            writer.member("message", message)
            writer.endObject()
        }
        writer.beginObject()
        writer.member("valid", faults.isEmpty)
        writer.name("faults")
        writer.beginArray()
        for fault in faults { finding(fault.file, fault.line, fault.column, fault.path, fault.message) }
        writer.endArray()
        writer.name("warnings")
        writer.beginArray()
        for one in warnings { finding(one.file, one.line, one.column, one.path, one.message) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
