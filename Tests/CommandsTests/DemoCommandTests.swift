import Configuration
import Demo
import GatehouseTesting
import Server
import SettingDeclarations
import Testing

@testable import Commands

@Suite("The demo's folder")
struct DemoCommandTests {
    @Test("a second demo with the folder of a running one is refused, and the files stay unchanged")
    func second() throws {
        let workspace = TemporaryDirectory()
        let configuration = workspace.file("gatehouse.jsonc", "as it was")
        let running = try DemoFolder(workspace.path)
        let call = CommandLineCall(["demo", "--data", workspace.path, "--listen", "127.0.0.1:0"])
        #expect(call.code == 1 && call.output.isEmpty)
        #expect(call.error.contains("a demo is running with this folder") && call.error.contains("--data"))
        #expect(call.error.split(separator: "\n").count == 1)
        #expect(try SettingSources.read(configuration, limit: 100) == Array("as it was".utf8))
        withExtendedLifetime(running) {}
    }

    @Test("the folder can be used again after the demo ends")
    func afterwards() throws {
        let workspace = TemporaryDirectory()
        do {
            let running = try DemoFolder(workspace.path)
            withExtendedLifetime(running) {}
        }
        _ = try DemoFolder(workspace.path)
    }
}
