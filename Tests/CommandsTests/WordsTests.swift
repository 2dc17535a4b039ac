import Testing

@testable import Commands

@Suite struct WordsTests {
    static let rows: [(words: [String], code: Int32, output: String, error: String)] = [
        ([], 2, "", "Usage: gatehouse COMMAND"),
        (["help"], 0, "token verify", ""), (["--help"], 0, "token verify", ""), (["-h"], 0, "token verify", ""),
        (["version"], 0, "gatehouse ", ""), (["--version"], 0, "gatehouse ", ""),
        (["help", "token", "verify"], 0, "--signature-only", ""), (["token", "--help"], 0, "token explain", ""),
        (["help", "token"], 0, "token explain", ""), (["token"], 2, "", "name one of its commands: verify, explain"),
        (["frobnicate"], 2, "", #"unknown command "frobnicate""#),
        (["frobnicate", "--help"], 2, "", "unknown command"),
        (["chekc"], 2, "", "did you mean check?"), (["token", "verfy"], 2, "", "did you mean verify?"),
        (["token", "frobnicate"], 2, "", "available: verify, explain"),
        (["a\u{1B}[31m\nb"], 2, "", "a\\u{1B}[31m\\u{A}b"),
        (["check"], 2, "", "FILE is missing: the configuration"), (["check", "--config"], 2, "", "needs its value"),
        (["check", "--config", "--json"], 2, "", "needs its value"), (["check", "--config="], 2, "", "not empty"),
        (["check", "--config", "/nowhere", "x"], 2, "", "given twice"),
        (["check", "/nowhere", "x"], 2, "", #"unexpected argument "x""#),
        (["check", "--config", "a", "--config=b"], 2, "", "--config is given twice"),
        (["check", "--confg", "a"], 2, "", "did you mean --config?"),
        (["check", "--json=yes"], 2, "", "--json has no value"),
        (["check", "-x"], 2, "", #"unknown option "-x""#),
        (["check", "--config", "/nowhere"], 1, "", "/nowhere:1:1: "),
        (["check", "--config=/nowhere"], 1, "", "/nowhere:1:1: "), (["check", "--zzz", "--help"], 0, "Usage", ""),
        (["check", "/nowhere", "--", "--help"], 2, "", "unexpected argument"),
        (["token", "verify", "x"], 2, "", "either --config FILE or --keys FILE"),
        (["token", "verify", "--keys", "a", "--config", "b", "x"], 2, "", "exclude each other"),
        (["token", "verify", "--config", "b", "--audience", "c", "x"], 2, "", "--audience requires --keys"),
        (["token", "verify", "--config", "b", "--issuer", "c", "x"], 2, "", "--issuer requires --keys"),
        (["token", "verify", "--keys", "/nowhere"], 2, "", "TOKEN|- is missing"),
        (["token", "verify", "--keys", "/nowhere", "x"], 1, "", "cannot be read: no such file"),
        (["token", "verify", "--keys", "/dev/zero", "x"], 1, "", "longer than 1MiB"),
        (["token", "verify", "--keys", "k", "--at", "noon", "x"], 2, "", "--at must be a time such as"),
        (["token", "verify", "--keys", "k", "--signature_only", "x"], 2, "", "did you mean --signature-only?"),
        (["token", "explain", "x"], 2, "", "--config FILE is missing"),
        (["claims", "explain", "--config", "x", "y"], 2, "", "--provider ID is missing"),
        (["serve"], 2, "", "--config FILE is missing"),
        (["serve", "--config", "/nowhere"], 1, "", "/nowhere:1:1: "),
        (["serve", "--config", "x", "--log-format", "xml"], 2, "", "--log-format must be json or text"),
        (["demo", "--listen", "0.0.0.0:80"], 2, "", "must be a loopback address"),
        (["demo", "--listen", "127.0.0.1:0"], 2, "", "--data DIR is missing"),
        (["inventory", "import", "--config", "x", "y"], 2, "", "--organization ID is missing"),
        (["config"], 2, "", "reference, schema"), (["config", "reference"], 0, "public_url (required)", ""),
        (["config", "schema"], 0, #""$schema":"https://json-schema.org/draft/2020-12/schema""#, ""),
    ]

    @Test("arguments lead to their exit code and text", arguments: rows.indices)
    func words(_ index: Int) {
        let row = WordsTests.rows[index]
        let call = CommandLineCall(row.words)
        #expect(call.code == row.code, "\(row.words): \(call.error)")
        #expect(row.output.isEmpty ? call.output.isEmpty : call.output.contains(row.output), "\(row.words)")
        #expect(row.error.isEmpty ? call.error.isEmpty : call.error.contains(row.error), "\(row.words): \(call.error)")
        if call.code != 0, !row.words.isEmpty { #expect(call.error.split(separator: "\n").count == 1) }
    }

    @Test("every command has help with its usage line", arguments: Command.all.map(\.path))
    func help(_ path: [String]) throws {
        let command = try #require(Command.named(by: path[...]))
        #expect(command.path == path)
        for words in [path + ["--help"], path + ["-h"], ["help"] + path, path + ["--zzz", "x", "--help"]] {
            let call = CommandLineCall(words)
            #expect(call.code == 0 && call.error.isEmpty && call.output.hasPrefix("Usage: gatehouse \(command.name)"))
            for option in command.options { #expect(call.output.contains("--\(option.name)")) }
            for operand in command.operands { #expect(call.output.contains(operand.placeholder)) }
        }
        #expect(CommandLineCall(["--help"]).output.contains("  \(command.name) "))
        #expect(!command.summary.hasSuffix("."))
        for option in command.options {
            #expect(option.name.utf8.allSatisfy { $0 == 0x2D || (0x61...0x7A).contains($0) })
        }
    }

    @Test("no command's name begins with another command's name")
    func names() {
        for command in Command.all {
            #expect(Command.all.filter { $0.path.starts(with: command.path) }.count == 1)
            #expect(Set(command.options.map(\.name)).count == command.options.count)
        }
    }
}
