internal import Configuration
internal import Demo
internal import Files
internal import Processes
internal import Server
internal import Telemetry
internal import Text

extension Command {
    static let demo = Command(
        path: ["demo"], summary: "Runs a complete demo on loopback, without any setup",
        details: """
            Runs the gateway, an OpenID provider with four users, two organizations with inventories, and an
            application behind the gateway. Prints the URLs to open, a token for each role, and a curl command that
            works. No other system trusts the demo's keys, and other machines cannot reach it.
            """,
        options: [
            .value("listen", "ADDRESS", "a loopback address; port 0 selects a free one (default 127.0.0.1:8080)"),
            .value("data", "DIR", "the directory of its files (default: gatehouse/demo in the state directory)"),
            .value(
                "smtp", "URL", "a mail server for invitations, such as smtp://127.0.0.1:1025 (default: links are shown)"
            ),
            .json, .logFormat(default: .text),
        ]
    ) { (call) throws(CommandError) -> ExitCode in
        let format = try call.logFormat(otherwise: .text)
        let request = try call.demoAddress()
        let directory = try call.demoDirectory()
        let folder: DemoFolder
        do throws(StartError) {
            folder = try DemoFolder(directory)
        } catch {
            throw .failure(error.description)
        }
        return try withExtendedLifetime(folder) { () throws(CommandError) -> ExitCode in
            try demo(in: folder, at: request, format, call)
        }
    }

    /// Runs the demo until a signal ends it. The folder stays locked until then.
    private static func demo(
        in folder: DemoFolder, at request: DemoAddresses.Request, _ format: LogFormat, _ call: Invocation
    ) throws(CommandError) -> ExitCode {
        let (addresses, files): (DemoAddresses, DemoFiles)
        do throws(StartError) {
            addresses = try DemoAddresses(request)
            files = try DemoFiles(
                in: folder, listen: addresses.listen, adminListen: addresses.adminListen,
                providerListen: addresses.providerListen,
                applicationListen: addresses.applicationListen, mailServer: call.arguments.value("smtp"))
        } catch {
            throw .failure(error.description)
        }
        let settings: Settings
        do throws(ConfigurationError) {
            settings = try SettingsFile.load(path: files.configurationPath, environment: call.environment)
        } catch {
            throw CommandError(exitCode: .no, lines: error.faults.map(\.description))
        }
        // Threads that serve the store's calls live on, and a signal would end the process through them.
        Signals.block()
        do throws(StartError) {
            try DemoStore.fill(settings, at: call.now())
        } catch {
            throw .failure(error.description)
        }
        let stopSites: () -> Void
        do throws(StartError) {
            stopSites = try files.startSites(at: addresses)
        } catch {
            throw .failure(error.description)
        }
        defer { stopSites() }
        return try serve(settings, from: files.configurationPath, format, call, isDemo: true) {
            (process) throws(CommandError) -> Void in
            let greeting = try DemoGreeting(process, settings, files, at: call.now())
            if call.arguments.has("json") { call.print(greeting.json) } else { call.print(greeting.lines) }
        }
    }
}

extension Invocation {
    fileprivate func demoAddress() throws(CommandError) -> DemoAddresses.Request {
        let text = arguments.value("listen") ?? "127.0.0.1:8080"
        guard let request = DemoAddresses.Request(text) else {
            throw .usage("--listen must be a loopback address such as 127.0.0.1:8080, not \(shown(text))")
        }
        return request
    }

    /// Returns the directory of `--data`, or the default directory of the XDG Base Directory Specification.
    fileprivate func demoDirectory() throws(CommandError) -> String {
        if let directory = arguments.value("data") { return directory }
        if let state = environment["XDG_STATE_HOME"], state.starts(exactly: "/") { return "\(state)/gatehouse/demo" }
        guard let home = environment["HOME"], home.starts(exactly: "/") else {
            throw .usage("--data DIR is missing, and HOME names no directory for the files")
        }
        return "\(home)/.local/state/gatehouse/demo"
    }
}
