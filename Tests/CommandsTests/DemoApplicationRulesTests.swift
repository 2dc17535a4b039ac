import Configuration
import Demo
import GatehouseTesting
import Identities
import Testing

@Suite("The application behind the demo's gateway")
struct DemoApplicationRulesTests {
    private let workspace = TemporaryDirectory()
    private let files: DemoFiles

    init() throws {
        files = try DemoFiles(
            in: try DemoFolder(workspace.path), listen: "127.0.0.1:8080", adminListen: "127.0.0.1:2",
            providerListen: "127.0.0.1:3", applicationListen: "127.0.0.1:4")
    }

    @Test("browsers reach it at reports.localhost, on the gateway's port")
    func place() throws {
        let settings = try SettingsFile.load(path: files.configurationPath, environment: [:])
        let upstream = try #require(settings.upstreams.first)
        #expect(settings.upstreams.count == 1 && upstream.origin == "http://reports.localhost:8080")
        #expect(upstream.name == "Reports" && upstream.organization.text == "acme" && upstream.addresses.count == 1)
        let check = CommandLineCall(["check", files.configurationPath])
        #expect(check.code == 0 && !check.output.contains("warning") && check.error.isEmpty, "\(check)")
    }

    @Test(
        "its rules let managers and viewers in, managers alone to finance, and a group alone to EMEA",
        arguments: [
            ("manager", ["/": true, "/finance": true, "/finance/q3": true, "/emea": false, "/public": true]),
            ("viewer", ["/": true, "/finance": false, "/finance/q3": false, "/emea": true, "/public": true]),
            ("publisher", ["/": false, "/finance": false, "/emea": false, "/public": true]),
            ("stranger", ["/": false, "/finance": false, "/emea": false, "/health": true]),
        ])
    func rules(_ name: String, _ expected: [String: Bool]) throws {
        let person = try #require(DemoTokens.people.first { $0.token == name })
        let token = try DemoTokens.token(of: person, signedBy: files, at: CommandLineCall.now)
        for (path, isPermitted) in expected {
            let call = CommandLineCall([
                "upstream", "explain", "--config", files.configurationPath, "--upstream", "reports", "--path", path,
                token,
            ])
            #expect(call.code == (isPermitted ? 0 : 1), "\(name) \(path): \(call.output)\(call.error)")
        }
    }
}
