import GatehouseTesting
import JSON
import Testing

@testable import Commands

@Suite("Texts that are not tokens")
struct TokenFormTests {
    private let workspace = TemporaryDirectory()

    @Test(
        "a text that is not a token is described",
        arguments: [
            ("a.b.c.d.e", "encrypted (five parts"), ("2YotnFZFEjr1zCsicMWpAA", "opaque"), ("ya29.a0AfH6", "not 2"),
            ("Bearer eyJhbGciOiJFUzI1NiJ9.e30.AA", #"begins with "Bearer ""#),
            ("bearer 2YotnFZFEjr1zCsicMWpAA", #"begins with "Bearer ""#), ("", "empty or blank"),
            ("  \t", "empty or blank"),
            (" eyJhbGciOiJFUzI1NiJ9.e30.AA", "white space"), ("eyJhbGciOiJFUzI1NiJ9.e30.AA ", "white space"),
            ("\"eyJhbGciOiJFUzI1NiJ9.e30.AA\"", "quotation marks"), ("eyJhbGciOiJFUzI1NiJ9.e30.A=", "base64url"),
            ("a.b.c.d", "not 4"),
        ])
    func forms(_ token: String, _ words: String) throws {
        let keys = workspace.file(
            "keys.json", #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)
        let calls = [
            CommandLineCall(["token", "verify", "--keys", keys, "--", token]),
            CommandLineCall(["token", "verify", "--keys", keys, "-"], input: Array("\(token)\n".utf8)),
        ]
        for call in calls {
            let line = try #require(try call.lines.first)
            #expect(call.code == 1 && line.member("reason")?.string == "malformed")
            #expect(line.member("detail")?.string?.contains(words) == true, "\(call.output)")
        }
    }

    @Test("a blank line has its own line of output, so that lines of input and output match")
    func blankLines() throws {
        let keys = workspace.file(
            "keys.json", #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#)
        let call = CommandLineCall(["token", "verify", "--keys", keys, "-"], input: Array("a\n\n \r\nb\n".utf8))
        let details = try call.lines.map { $0.member("detail")?.string ?? "" }
        #expect(details.map { $0.contains("blank") } == [false, true, true, false])
    }

    @Test(
        "token explain distinguishes an email_verified that is absent, false or of another type",
        arguments: [
            ("", "email_verified is absent"), (#", "email_verified": false"#, "email_verified is false"),
            (#", "email_verified": "yes""#, #"email_verified is the string "yes", not true"#),
            (#", "email_verified": 1"#, "email_verified is a number, not true"),
            (#", "email_verified": null"#, "email_verified is null, not true"),
            (#", "email_verified": [true]"#, "email_verified is an array, not true"),
        ])
    func verification(_ claim: String, _ words: String) {
        let file = workspace.file("gatehouse.jsonc", ArgumentFileTests.configuration)
        let call = CommandLineCall(
            ["claims", "explain", "--config", file, "--provider", "p", "-"],
            input: Array(#"{"sub": "s", "email": "a@b.example"\#(claim)}"#.utf8))
        #expect(call.output.contains("\"a@b.example\" (does not count: \(words))"), "\(call.output)\(call.error)")
    }

    @Test("help states the default of --log-format")
    func logFormat() {
        #expect(CommandLineCall(["serve", "--help"]).output.contains("default: json"))
        #expect(CommandLineCall(["demo", "--help"]).output.contains("default: text"))
    }
}
