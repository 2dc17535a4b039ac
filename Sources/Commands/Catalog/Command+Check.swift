internal import Configuration
internal import JSON

extension Command {
    static let check = Command(
        path: ["check"], summary: "Tells every fault of a configuration at once",
        details: """
            Each fault is one line on standard error: FILE:LINE:COLUMN: path.of.setting: what is wrong.
            Files and variables that the configuration points to are read; network and storage are not touched.
            """,
        options: [.config, .json]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let path = try call.arguments.required("config")
        var faults: [Fault] = []
        do throws(ConfigurationFaults) {
            _ = try SettingsFile.load(path: path, environment: call.environment)
        } catch {
            faults = error.faults
        }
        if call.arguments.has("json") {
            call.print(json(faults))
        } else if faults.isEmpty {
            call.print("\(path): no faults")
        } else {
            throw CommandFailure(exitCode: .no, lines: faults.map(\.description))
        }
        return faults.isEmpty ? .done : .no
    }

    private static func json(_ faults: [Fault]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("valid", faults.isEmpty)
        writer.name("faults")
        writer.beginArray()
        for fault in faults {
            writer.beginObject()
            writer.member("file", fault.file)
            writer.member("line", fault.line)
            writer.member("column", fault.column)
            writer.member("path", fault.path)
            writer.member("message", fault.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
