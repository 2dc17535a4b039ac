internal import Configuration
internal import Cryptography
internal import Gateway
internal import JSON
internal import Sockets
internal import Telemetry

extension Command {
    static let demo = Command(
        path: ["demo"], summary: "Runs everything on loopback, from nothing, to try it out",
        details: """
            Makes keys of its own, two organizations with their inventories, and a token for each role; prints a curl
            line that works. Nothing that it makes is trusted by anything else.
            """,
        options: [
            .value("listen", "ADDRESS", "a loopback address; port 0 takes a free one (default 127.0.0.1:8080)"),
            .value("data", "DIR", "where it keeps its files (default: gatehouse/demo in the state directory)"),
            .json, .logFormat,
        ]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let format = try call.logFormat(otherwise: .text)
        let listen = try call.demoAddress()
        let directory = try call.demoDirectory()
        let adminListen = try call.freeAddress(listen.host)
        let files: DemoFiles
        do throws(StartFailure) {
            files = try DemoFiles(directory: directory, listen: "\(listen)", adminListen: "\(adminListen)")
        } catch {
            throw .failure(error.description)
        }
        let settings: Settings
        do throws(ConfigurationFaults) {
            settings = try SettingsFile.load(path: files.configurationPath, environment: call.environment)
        } catch {
            throw CommandFailure(exitCode: .no, lines: error.faults.map(\.description))
        }
        do throws(StartFailure) {
            try Demo.fill(settings.storage)
        } catch {
            throw .failure(error.description)
        }
        return try serve(settings, from: files.configurationPath, format, call) {
            (process) throws(CommandFailure) -> Void in
            let greeting = try DemoGreeting(process, settings, files, at: call.now())
            if call.arguments.has("json") { call.print(greeting.json) } else { call.print(greeting.text) }
        }
    }
}

extension Invocation {
    fileprivate func demoAddress() throws(CommandFailure) -> SocketAddress {
        let text = arguments.value("listen") ?? "127.0.0.1:8080"
        guard let address = SocketAddress(text), ["127.0.0.1", "::1", "localhost"].contains(address.host) else {
            throw .words("--listen must be a loopback address such as 127.0.0.1:8080, not \(shown(text))")
        }
        do throws(SocketFault) {
            return try address.free()
        } catch {
            throw .failure("\(error); --listen 127.0.0.1:0 takes a free port")
        }
    }

    fileprivate func freeAddress(_ host: String) throws(CommandFailure) -> SocketAddress {
        do throws(SocketFault) {
            return try SocketAddress(host: host, port: 0).free()
        } catch {
            throw .failure("\(error)")
        }
    }

    /// By the XDG Base Directory Specification, where nothing is said.
    fileprivate func demoDirectory() throws(CommandFailure) -> String {
        if let directory = arguments.value("data") { return directory }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/gatehouse/demo" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw .words("--data DIR is missing, and HOME does not say where files could be kept")
        }
        return "\(home)/.local/state/gatehouse/demo"
    }
}
