internal import Configuration
internal import Gateway
internal import JSON
internal import Tokens

extension Command {
    static let check = Command(
        path: ["check"], summary: "Reports every fault of a configuration at once",
        details: """
            Each fault is one line on standard error: FILE:LINE:COLUMN: path.of.setting: what is wrong. Warnings are such
            lines too and do not change the exit code. For a file without faults, the redirect URI to register at each
            provider is printed. The files and variables that the configuration names are read; network and storage are
            not touched.
            """,
        options: [.value("config", "FILE", "the same as FILE"), .json],
        operands: [Operand(placeholder: "FILE", isRequired: false, help: "the configuration")]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let path: String
        switch (call.arguments.value("config"), call.arguments.optionalOperand("FILE")) {
        case (let named?, nil): path = named
        case (nil, let plain?): path = plain
        case (nil, nil): throw .words("FILE is missing: the configuration")
        case (_?, let plain?): throw .words("the configuration is given twice: --config FILE, and \(shown(plain))")
        }
        let isJSON = call.arguments.has("json")
        let settings: Settings
        do throws(ConfigurationFaults) {
            settings = try SettingsFile.load(path: path, environment: call.environment, mayBePipe: true)
        } catch {
            guard isJSON else { throw CommandFailure(exitCode: .no, lines: error.faults.map(\.description)) }
            call.print(json(faults: error.faults, warnings: [], redirectURIs: []))
            return .no
        }
        guard !isJSON else {
            call.print(json(faults: [], warnings: settings.warnings, redirectURIs: settings.redirectURIs))
            return .done
        }
        for warning in settings.warnings { call.warn("warning: \(warning)") }
        call.print("\(path): no faults")
        for uri in settings.redirectURIs { call.print("redirect URI of \(uri.provider): \(uri.text)") }
        return .done
    }

    private static func json(faults: [Fault], warnings: [Fault], redirectURIs: [RedirectURI]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("valid", faults.isEmpty)
        write(faults, as: "faults", to: &writer)
        write(warnings, as: "warnings", to: &writer)
        writer.name("redirect_uris")
        writer.beginArray()
        for uri in redirectURIs {
            writer.beginObject()
            writer.member("provider", uri.provider.text)
            writer.member("redirect_uri", uri.text)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ faults: [Fault], as name: String, to writer: inout JSONWriter) {
        writer.name(name)
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
    }
}
