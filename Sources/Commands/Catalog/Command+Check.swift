internal import Configuration
internal import Identities
internal import JSON
internal import Server
internal import SignInFlow

extension Command {
    static let check = Command(
        path: ["check"], summary: "Reports every fault of a configuration at once",
        details: """
            Each fault is one line on standard error: FILE:LINE:COLUMN: path.of.setting: what is wrong.
            A warning has the form FILE:LINE:COLUMN: warning: …, and does not change the exit code; for example, other
            users may read a file with a secret. If there are no faults, the redirect URI to register at each provider
            is printed. The files and variables that the configuration names are read. Network and storage are not used.
            """,
        options: [.value("config", "FILE", "the configuration, instead of FILE"), .json],
        operands: [Operand(placeholder: "FILE", isRequired: false, help: "the configuration")]
    ) { (call) throws(CommandError) -> ExitCode in
        let path: String
        switch (call.arguments.value("config"), call.arguments.optionalOperand("FILE")) {
        case (let named?, nil): path = named
        case (nil, let plain?): path = plain
        case (nil, nil): throw .usage("FILE is missing: the configuration")
        case (_?, let plain?): throw .usage("the configuration is given twice: --config FILE, and \(shown(plain))")
        }
        var settings: Settings?
        var faults: [SettingIssue] = []
        let warnings: [Warning]
        do throws(ConfigurationError) {
            let loaded = try SettingsFile.load(
                path: path, environment: call.environment, mayBePipe: true, threads: Invocation.readingThreads)
            (settings, warnings) = (loaded, loaded.warnings)
        } catch {
            (faults, warnings) = (error.faults, error.warnings)
        }
        let redirectURIs = settings?.redirectURIs ?? []
        guard !call.arguments.has("json") else {
            call.print(json(faults, warnings, redirectURIs))
            return faults.isEmpty ? .done : .no
        }
        for warning in warnings { call.warn(warning.description) }
        guard faults.isEmpty else { throw CommandError(exitCode: .no, lines: faults.map(\.description)) }
        call.print("\(path): no faults")
        for uri in redirectURIs { call.print("redirect URI of \(uri.provider): \(uri.text)") }
        return .done
    }

    private static func json(_ faults: [SettingIssue], _ warnings: [Warning], _ redirectURIs: [RedirectURI]) -> [UInt8]
    {
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
}
