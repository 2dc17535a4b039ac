import GatehouseTesting
import Glibc
import Testing

@testable import Commands

@Suite("Commands without a store")
struct MissingStoreTests {
    private let workspace = TemporaryDirectory()

    @Test(
        "a command that only reads reports a missing store, and creates none",
        arguments: [
            ["audit", "verify"], ["audit", "verify", "--json"], ["audit", "export"], ["inventory", "verify"],
            ["grant", "list"], ["grant", "list", "--json"], ["grant", "revoke", "AAAA"],
            ["invitation", "list"], ["invitation", "resend", "AAAA"], ["invitation", "revoke", "AAAA"],
        ])
    func missing(_ words: [String]) throws {
        let configuration = try TokenMint(keyID: "k").configuration(in: workspace)
        let operands = words.dropFirst(2)
        let call = CommandLineCall(Array(words.prefix(2)) + ["--config", configuration] + operands)
        #expect(call.code == 1 && call.output.isEmpty, "\(call.output)")
        #expect(call.error.contains("g.db") && call.error.contains("No such file"), "\(call.error)")
        #expect(unsafe access("\(workspace.path)/g.db", F_OK) != 0)
    }

    @Test("an empty file is not a store")
    func empty() throws {
        let configuration = try TokenMint(keyID: "k").configuration(in: workspace)
        _ = workspace.file("g.db", "")
        let call = CommandLineCall(["audit", "verify", "--config", configuration])
        #expect(call.code == 1 && call.error.contains("holds no store"), "\(call.error)")
    }
}
