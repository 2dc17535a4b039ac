import Dispatch
import GatehouseTesting
import Glibc
import JSON
import Testing

@testable import Commands

/// Every command that reads files, with invalid files and with pipes of a shell.
@Suite("Files in a command's arguments", .timeLimit(.minutes(1)))
struct ArgumentFileTests {
    static let configuration =
        #"{"public_url": "http://127.0.0.1:1", "listen": "127.0.0.1:1", "storage": "sqlite:g.db", "#
        + #""providers": [{"id": "p", "issuer": "https://i.example"}], "#
        + #""organizations": [{"id": "o", "providers": ["p"]}]}"#

    private let workspace = TemporaryDirectory()

    /// Creates a named pipe, and writes the content once it is opened.
    private func pipe(_ name: String, _ content: String) -> String {
        let path = "\(workspace.path)/\(name)"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        DispatchQueue.global().async {
            let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
            let bytes = Array(content.utf8)
            // The array outlives the call.
            _ = unsafe write(descriptor, bytes, bytes.count)
            close(descriptor)
        }
        return path
    }

    @Test("check accepts its file with or without --config, but not twice")
    func check() {
        let file = workspace.file("gatehouse.jsonc", ArgumentFileTests.configuration)
        for words in [["check", file], ["check", "--config", file], ["check", "--", file]] {
            let call = CommandLineCall(words)
            #expect(call.code == 0 && call.output.hasPrefix("\(file): no faults\n"), "\(call.error)")
        }
        let twice = CommandLineCall(["check", file, "--config", file])
        #expect(twice.code == 2 && twice.error.contains("given twice"))
        #expect(
            CommandLineCall(["check", "--help"]).output.hasPrefix(
                "Usage: gatehouse check [--config FILE] [--json] [FILE]"))
    }

    @Test("a pipe is read like a file")
    func pipes() {
        let checked = CommandLineCall(["check", pipe("a", ArgumentFileTests.configuration)])
        #expect(checked.code == 0, "\(checked.error)")
        let file = workspace.file("gatehouse.jsonc", ArgumentFileTests.configuration)
        let explained = CommandLineCall([
            "claims", "explain", "--config", file, "--provider", "p", pipe("b", #"{"sub": "s"}"#),
        ])
        #expect(explained.code == 1 && explained.output.contains(#"subject "s""#), "\(explained.error)")
        let verified = CommandLineCall(["token", "verify", "--keys", pipe("c", #"{"keys":[]}"#), "x"])
        #expect(verified.code == 1 && verified.error.contains("has no usable key"), "\(verified.error)")
    }

    @Test(
        "a file that cannot be read is reported in one line by every command",
        arguments: [
            ("", "it is a directory"), ("/none", "no such file or directory"), ("/large", "it is longer than"),
        ])
    func unreadable(_ name: String, _ words: String) {
        let good = workspace.file("gatehouse.jsonc", ArgumentFileTests.configuration)
        let large = workspace.file("large", "")
        #expect(unsafe truncate(large, 100 << 20) == 0)
        let path = workspace.path + name
        for call in [
            ["check", path], ["check", "--config", path], ["serve", "--config", path],
            ["token", "verify", "--config", path, "x"], ["token", "verify", "--keys", path, "x"],
            ["token", "explain", "--config", path, "x"],
            ["claims", "explain", "--config", path, "--provider", "p", "x"],
            ["claims", "explain", "--config", good, "--provider", "p", path],
            ["inventory", "import", "--config", path, "--organization", "o", "x"],
            ["inventory", "verify", "--config", path], ["grant", "list", "--config", path],
            ["audit", "export", "--config", path], ["audit", "verify", "--config", path],
            ["audit", "verify", "--config", good, "--checkpoint", path],
        ] {
            let result = CommandLineCall(call)
            #expect(
                result.code == 1 && result.output.isEmpty && result.error.contains(words), "\(call): \(result.error)")
            #expect(result.error.split(separator: "\n").count == 1, "\(call): \(result.error)")
        }
    }

    @Test("serve refuses a configuration from a pipe, because a reload reads it again")
    func reloaded() {
        let path = "\(workspace.path)/d"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        #expect(CommandLineCall(["serve", "--config", path]).error.contains("not a regular file"))
    }

    @Test("commands that read standard input report that it is empty")
    func empty() {
        let file = workspace.file("gatehouse.jsonc", ArgumentFileTests.configuration)
        let keys = workspace.file(
            "keys.json", #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)
        for (words, text) in [
            (["token", "verify", "--keys", keys, "-"], "standard input contains no token"),
            (["token", "explain", "--config", file, "-"], "standard input contains no token"),
            (["claims", "explain", "--config", file, "--provider", "p", "-"], "the text is empty"),
        ] {
            let call = CommandLineCall(words)
            #expect(call.code == 1 && call.error.contains(text) && call.output.isEmpty, "\(words): \(call.error)")
        }
    }

    @Test("an empty list is reported as text, or as an empty JSON list")
    func lists() throws {
        let file = workspace.file("gatehouse.jsonc", ArgumentFileTests.configuration)
        let created = CommandLineCall([
            "grant", "create", "--config", file, "--organization", "o", "--provider", "p", "--subject", "s", "--role",
            "organization-viewer", "--json",
        ])
        let id = try #require(
            try created.lines.first?.member("items")?.elements.first { _ in true }?.member("id")?.string)
        #expect(CommandLineCall(["grant", "revoke", "--config", file, id]).code == 0)
        let all = CommandLineCall(["grant", "list", "--config", file])
        #expect(all.code == 0 && all.output.isEmpty && all.error == "no grants are stored\n")
        let one = CommandLineCall(["grant", "list", "--config", file, "--organization", "o"])
        #expect(one.error == "no grants are stored in o\n")
        let json = CommandLineCall(["grant", "list", "--config", file, "--json"])
        #expect(json.output == "{\"items\":[]}\n" && json.error.isEmpty)
        let invitations = CommandLineCall(["invitation", "list", "--config", file])
        #expect(
            invitations.code == 0 && invitations.output.isEmpty && invitations.error == "no invitations are stored\n")
    }
}
