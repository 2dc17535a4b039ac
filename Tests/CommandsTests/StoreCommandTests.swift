import Databases
import GatehouseTesting
import GatewayStores
import Glibc
import JSON
import Testing

@testable import Commands

@Suite("Commands on the store as a whole")
struct StoreCommandTests {
    private let workspace = TemporaryDirectory()

    private func configuration(_ more: String = "", storage: String = "sqlite:g.db") -> String {
        workspace.file(
            "gatehouse.jsonc",
            #"{"public_url": "https://a.example", "listen": "127.0.0.1:1", "storage": "\#(storage)", \#(more)}"#)
    }

    private var location: StoreLocation { .sqlite(path: "\(workspace.path)/g.db") }

    @Test("migrate makes a store, and then has nothing to do")
    func migrate() throws {
        let file = configuration(#""migrate": "manually""#)
        let before = CommandLineCall(["migrate", "--config", file, "--check"])
        #expect(before.code == 1 && before.output.contains("audit: its tables are missing"), "\(before.error)")
        #expect(before.output.hasSuffix("run gatehouse migrate\n"))
        #expect(unsafe access("\(workspace.path)/g.db", F_OK) != 0)
        let made = CommandLineCall(["migrate", "--config", file])
        #expect(made.code == 0 && made.output.contains("audit: its tables were made\n"), "\(made.error)")
        for words in [["--check"], []] {
            let after = CommandLineCall(["migrate", "--config", file] + words)
            #expect(after.code == 0 && after.output == "the store is up to date\n", "\(after.error)")
        }
    }

    @Test("migrate says what an older store lacks, as text and as JSON")
    func older() throws {
        let old = GatewayStore.schemas.map { $0.component == "audit" ? $0.prefix(1) : $0 }
        try Database(at: location, schemas: old).close()
        let file = configuration()
        let check = CommandLineCall(["migrate", "--config", file, "--check", "--json"])
        let document = try #require(try check.lines.first)
        #expect(check.code == 1 && document.member("up_to_date")?.boolean == false)
        let migration = try #require(document.member("migrations")?.elements.first { _ in true })
        #expect(migration.text == #"{"component":"audit","from":1,"to":2}"#)
        let text = CommandLineCall(["migrate", "--config", file, "--check"])
        #expect(text.output.contains("audit: 1 change of its tables is missing (version 1 to 2)\n"))
        let done = CommandLineCall(["migrate", "--config", file])
        #expect(done.output.contains("audit: 1 change of its tables was made (version 1 to 2)\n"), "\(done.error)")
        #expect(done.output.hasSuffix("the store is up to date now\n") && done.code == 0)
        let json = CommandLineCall(["migrate", "--config", file, "--json"])
        #expect(json.code == 0 && json.output == "{\"up_to_date\":true,\"migrations\":[]}\n")
    }

    @Test("with migrate set to manually, commands refuse a store that is missing or too old, and name the command")
    func manually() throws {
        let file = configuration(#""migrate": "manually""#)
        let old = GatewayStore.schemas.map { $0.component == "access" ? $0.prefix(1) : $0 }
        try Database(at: location, schemas: old).close()
        let call = CommandLineCall(["grant", "list", "--config", file])
        #expect(call.code == 1 && call.error.contains("run gatehouse migrate"), "\(call.error)")
        #expect(CommandLineCall(["migrate", "--config", file]).code == 0)
        #expect(CommandLineCall(["grant", "list", "--config", file]).code == 0)
    }

    @Test("store copy says what it copied, and does so once")
    func copy() throws {
        let file = configuration()
        #expect(CommandLineCall(["audit", "verify", "--config", file]).code == 1)
        #expect(CommandLineCall(["migrate", "--config", file]).code == 0)
        #expect(CommandLineCall(["audit", "export", "--config", file]).code == 0)
        let words = ["store", "copy", "--config", file, "--to", "sqlite:\(workspace.path)/copy.db"]
        let copy = CommandLineCall(words)
        #expect(copy.code == 0 && copy.output.contains("audit_event: 1 row\n"), "\(copy.error)")
        #expect(copy.output.hasSuffix("with 1 events of the audit log\n"))
        let again = CommandLineCall(words)
        #expect(again.code == 1 && again.output.isEmpty && again.error.contains("nothing was copied"), "\(again.error)")
        #expect(again.error.contains("it has the table"))
        let json = CommandLineCall(words.dropLast() + ["sqlite:\(workspace.path)/other.db", "--json"])
        #expect(try json.lines.first?.member("audit_events")?.integer == 1, "\(json.error)")
        // The copy is a store.
        let other = configuration(storage: "sqlite:copy.db")
        #expect(CommandLineCall(["audit", "verify", "--config", other]).code == 0)
    }

    @Test("a store that is in use, or missing, is not copied")
    func refused() throws {
        let file = configuration()
        let words = ["store", "copy", "--config", file, "--to", "sqlite:\(workspace.path)/copy.db"]
        #expect(CommandLineCall(words).error.contains("g.db"))
        let database = try Database(at: location, schemas: GatewayStore.schemas)
        defer { database.close() }
        let call = CommandLineCall(words)
        #expect(call.code == 1 && call.error.contains("stop the gateway"), "\(call.error)")
    }

    @Test(
        "a wrong target is a usage error that does not quote it",
        arguments: [
            ("postgresql://u:hunter2@h/d", "password"), ("postgresql://u@h/d?password=hunter2", "password"),
            ("mysql://hunter2@h/d", "must begin with"), ("postgresql://hunter2", "name the database"),
        ])
    func target(_ target: String, _ words: String) {
        let call = CommandLineCall(["store", "copy", "--config", configuration(), "--to", target])
        #expect(call.code == 2 && call.error.contains(words) && !call.error.contains("hunter2"), "\(call.error)")
    }

    @Test("the target's password is read like a secret of the configuration")
    func password() throws {
        let file = configuration()
        let words = ["store", "copy", "--config", file, "--to", "sqlite:\(workspace.path)/copy.db"]
        let path = workspace.file("password", "hunter2\n")
        #expect(CommandLineCall(words + ["--password-env", "NONE"]).error.contains("is not set"))
        #expect(CommandLineCall(words + ["--password-file", "/nowhere"]).error.contains("cannot be read"))
        #expect(CommandLineCall(words + ["--password-file", path, "--password-env", "P"]).code == 2)
        let call = CommandLineCall(words + ["--password-env", "P"], environment: ["P": "hunter2"])
        #expect(call.code == 2 && call.error.contains("no password") && !call.error.contains("hunter2"))
        #expect(CommandLineCall(words + ["--password-file", path]).error.contains("no password"))
    }
}
