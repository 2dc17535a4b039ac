import Cryptography
import GatehouseTesting
import Glibc
import JSON
import Testing

@testable import Commands

@Suite struct TokenCommandTests {
    let tokens: TokenMint
    let workspace = TemporaryDirectory()
    let keys: String

    init() throws {
        tokens = try TokenMint(keyID: "k")
        keys = workspace.file("k.json", try tokens.keySet)
    }

    @Test("a valid token is printed with header, claims and key, on one line")
    func good() throws {
        let payload = #"{"iss":"i", "sub":"s",\#r\#n "n": [1.50, {"a" : "b\n"}], "iat":1799999990, "exp":1800000500}"#
        let call = CommandLineCall(["token", "verify", "--keys", keys, try tokens.token(payload: Array(payload.utf8))])
        let claims = #"{"iss":"i","sub":"s","n":[1.50,{"a":"b\n"}],"iat":1799999990,"exp":1800000500}"#
        let header = #"{"alg":"ES256","kid":"k"}"#
        #expect(call.output == #"{"valid":true,"header":\#(header),"claims":\#(claims),"key_id":"k"}"# + "\n")
        #expect(call.code == 0 && call.error.isEmpty)
    }

    @Test("the command's options decide what is checked")
    func options() throws {
        let token = try tokens.token()
        func reason(_ options: String..., of text: String? = nil) throws -> String {
            let call = CommandLineCall(["token", "verify", "--keys", keys] + options + [text ?? token])
            let answer = try #require(try call.lines.first)
            #expect((call.code == 0) == (answer.member("valid")?.boolean == true))
            return answer.member("reason")?.string ?? "valid"
        }
        #expect(try reason() == "valid")
        #expect(try reason("--issuer", "https://idp.example", "--audience=x", "--audience", "api") == "valid")
        #expect(try reason("--issuer", "https://other.example") == "issuer_unknown")
        #expect(try reason("--audience", "x") == "audience_mismatch")
        #expect(try reason("--at", "2027-01-15T08:30:00Z") == "expired")
        #expect(try reason("--at", "2027-01-15T07:50:00+00:00") == "issued_in_future")
        #expect(try reason("--at", "2028-01-15T08:00:00Z", "--signature-only") == "valid")
        #expect(try reason(of: "") == "malformed")
        #expect(try reason("--signature-only", of: token + "x") != "valid")
        #expect(try reason(of: String(repeating: "a", count: 16385)) == "too_large")
    }

    @Test("with --signature-only the payload may be any bytes")
    func anyPayload() throws {
        let token = try tokens.token(payload: [0xFF, 0x00, 0x0A])
        let call = CommandLineCall(["token", "verify", "--keys", keys, "--signature-only", token])
        #expect(call.code == 0 && call.output.contains(#""claims":null"#))
        #expect(CommandLineCall(["token", "verify", "--keys", keys, token]).code == 1)
    }

    @Test("keys are read from a JWK set, a JWK or PEM; other files are refused")
    func keyFiles() throws {
        let token = try tokens.token()
        let set = try JSONDocument(parsing: Array(tokens.keySet.utf8)).root
        let one = try #require(set.member("keys")?.elements.first { _ in true }).text
        #expect(CommandLineCall(["token", "verify", "--keys", workspace.file("one.jwk", one), token]).code == 0)
        for content in ["", "x", "{}", "[]", #"{"keys":[]}"#, #"{"kty":"oct","k":"AAAA"}"#, try tokens.key.pem()] {
            let call = CommandLineCall(["token", "verify", "--keys", workspace.file("bad", content), token])
            #expect(call.code == 1 && call.output.isEmpty && call.error.contains("bad"), "\(content)")
        }
    }

    @Test("each line of standard input has one line of output, however it arrives", arguments: [1, 7, 1 << 16])
    func lines(_ chunk: Int) throws {
        let good = try tokens.token()
        let long = String(repeating: "a", count: 100_000)
        let input = "\(good)\r\n\(long)\n\n\(good)x\n\(good)"
        let call = CommandLineCall(["token", "verify", "--keys", keys, "-"], input: Array(input.utf8), chunk: chunk)
        let reasons = try call.lines.map { $0.member("reason")?.string ?? "valid" }
        #expect(
            reasons[0] == "valid" && reasons[1] == "too_large" && reasons[2] == "malformed" && reasons[4] == "valid")
        #expect(reasons.count == 5 && reasons[3] != "valid" && call.code == 1)
        #expect(
            CommandLineCall(["token", "verify", "--keys", keys, "-"], input: Array("\(good)\n\(good)\n".utf8)).code == 0
        )
        #expect(CommandLineCall(["token", "verify", "--keys", keys, "-"]).code == 1)
    }

    @Test("the longest allowed token is verified even if CR LF ends its line")
    func bounds() throws {
        for (count, reason) in [(16384, "malformed"), (16385, "too_large"), (16386, "too_large"), (16387, "too_large")]
        {
            let input = Array(repeating: UInt8(ascii: "a"), count: count) + [0x0D, 0x0A]
            let call = CommandLineCall(["token", "verify", "--keys", keys, "-"], input: input)
            #expect(call.output.contains("\"\(reason)\""), "\(count)")
        }
    }

    @Test("endless input ends when the reader of the output is gone")
    func brokenPipe() throws {
        let code = Gatehouse.run(
            arguments: ["token", "verify", "--keys", keys, "-"], environment: [:],
            input: Source(Array("x\n".utf8), chunk: 2, isEndless: true), output: Sink(limit: 1000), error: Sink())
        #expect(code == 1)
    }

    @Test("--config verifies as the gateway does")
    func configured() throws {
        let file = try tokens.configuration(in: workspace)
        func verify(_ token: String, _ options: String...) throws -> JSONValue {
            try #require(try CommandLineCall(["token", "verify", "--config", file] + options + [token]).lines.first)
        }
        let good = try verify(try tokens.token())
        #expect(good.member("valid")?.boolean == true && good.member("key_id")?.string == "k")
        #expect(good.member("claims")?.member("sub")?.string == "someone")
        let stranger = try tokens.token(payload: Array(#"{"iss":"https://x"}"#.utf8))
        #expect(try verify(stranger).member("reason")?.string == "issuer_unknown")
        #expect(try verify(stranger, "--signature-only").member("valid")?.boolean == true)
        let keyless = try tokens.token(payload: Array(#"{"iss":"https://other.example"}"#.utf8))
        #expect(try verify(keyless).member("reason")?.string == "keys_unavailable")
        #expect(try verify(keyless, "--signature-only").member("reason")?.string == "keys_unavailable")
        let raw = try tokens.token(payload: [1, 2, 3])
        #expect(try verify(raw).member("reason")?.string == "malformed")
        #expect(try verify(raw, "--signature-only").member("valid")?.boolean == true)
    }

    @Test("token explain shows the role and its source")
    func explain() throws {
        let file = try tokens.configuration(in: workspace)
        let token = try tokens.token(TokenMint.claims(["groups": #"["x","soc-east"]"#]))
        let call = CommandLineCall(["token", "explain", "--config", file, "--json", token])
        let answer = try #require(try call.lines.first)
        #expect(call.code == 0 && answer.member("valid")?.boolean == true)
        #expect(answer.member("identity")?.member("subject")?.string == "someone")
        let organizations = try #require(answer.member("organizations")).elements.map { $0 }
        #expect(organizations.map { $0.member("organization")?.string } == ["acme", "globex"])
        #expect(organizations[0].member("role")?.string == "organization-viewer")
        #expect(organizations[0].member("source")?.string == "claim_mapping")
        #expect(organizations[0].member("mapping")?.string == "file:2")
        #expect(organizations[1].member("role")?.isNull == true)
        #expect(organizations[1].member("reason")?.string == "provider_not_accepted")
        let people = CommandLineCall(["token", "explain", "--config", file, token])
        #expect(people.code == 0 && people.output.contains("acme: organization-viewer (mapped)"))
        #expect(CommandLineCall(["token", "explain", "--config", file, try tokens.token()]).code == 1)
        let bad = CommandLineCall(["token", "explain", "--config", file, "--json", "x"])
        #expect(bad.code == 1 && bad.output.hasPrefix(#"{"valid":false,"reason":"malformed","detail":"#))
        #expect(CommandLineCall(["token", "explain", "--config", file, "x"]).output.contains("(malformed)"))
        let later = CommandLineCall(["token", "explain", "--config", file, "--at", "2030-01-01T00:00:00Z", token])
        #expect(later.code == 1 && later.output.contains("(expired)"))
    }

    @Test("claims explain gives an equal report for unsigned claims")
    func claims() throws {
        let file = try tokens.configuration(in: workspace)
        let claims = workspace.file("claims.json", #"{"sub":"s","groups":["leads"]}"#)
        let call = CommandLineCall(["claims", "explain", "--config", file, "--provider", "idp", "--json", claims])
        let role = try call.lines.first?.member("organizations")?.elements.first { _ in true }?.member("role")?.string
        #expect(call.code == 0 && role == "organization-manager")
        let none = CommandLineCall(
            ["claims", "explain", "--config", file, "--provider", "other", "-"],
            input: Array("{\"groups\":[\"leads\"]}".utf8))
        #expect(none.code == 1 && none.output.contains("acme: no role (provider_not_accepted)"))
        for (content, words) in [
            ("[]", "must be a JSON object"), ("{\"a\":1,\"a\":2}", ":1:8: "), ("", "not strict JSON"),
        ] {
            let bad = CommandLineCall(
                ["claims", "explain", "--config", file, "--provider", "idp", workspace.file("bad.json", content)])
            #expect(bad.code == 1 && bad.output.isEmpty && bad.error.contains(words), "\(bad.error)")
        }
        let unknown = CommandLineCall(["claims", "explain", "--config", file, "--provider", "ipd", "-"])
        #expect(unknown.code == 1 && unknown.error.contains("did you mean idp?"))
    }

    @Test("check confirms a valid file, and reports every fault of an invalid one")
    func check() throws {
        let file = try tokens.configuration(in: workspace)
        let good = CommandLineCall(["check", "--config", file])
        #expect(good.code == 0 && good.output == "\(file): no faults\n" && good.error.isEmpty)
        #expect(
            CommandLineCall(["check", "--config", file, "--json"]).output
                == "{\"valid\":true,\"faults\":[],\"warnings\":[],\"redirect_uris\":[]}\n")
        let providers = (0..<6).map { index in
            """
            {"id": "p\(index)", "issuer": "https://p\(index).example", "client_id": "c"\(index == 0 ? "" : ", \"email_domains\": [\"p\(index).example\"]")}
            """
        }
        let several = workspace.file(
            "several.jsonc",
            """
            {"public_url": "https://access.example", "listen": "127.0.0.1:0", "storage": "sqlite:x.db",
             "secret_key": {"env": "KEY"},
             "providers": [
            \(providers.joined(separator: ",\n"))]}
            """)
        let key = ["KEY": Base64.encode(Array(repeating: 7, count: 32))]
        let told = CommandLineCall(["check", "--config", several], environment: key)
        #expect(told.code == 0 && told.output.contains("redirect URI of p0: https://access.example/auth/callback/p0\n"))
        #expect(
            told.error.hasPrefix("\(several):4:8: warning: providers[0].email_domains: ")
                && told.error.contains("/auth/login?provider=p0") && !told.error.contains("p1"))
        let json = try #require(
            CommandLineCall(["check", "--config", several, "--json"], environment: key).lines.first)
        #expect(json.member("valid")?.boolean == true && json.member("warnings")?.count == 1)
        #expect(json.member("redirect_uris")?.count == 6)
        let bad = workspace.file("bad.jsonc", "{\n  \"public_url\": 3,\n  \"lisen\": \"127.0.0.1:1\"\n}\n")
        let call = CommandLineCall(["check", "--config", bad])
        let places = call.error.split(separator: "\n").map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(
            places == ["\(bad):1:1: listen:", "\(bad):1:1: storage:", "\(bad):2:17: public_url:", "\(bad):3:3: lisen:"])
        #expect(call.code == 1 && call.output.isEmpty)
        #expect(try CommandLineCall(["check", "--config", bad, "--json"]).lines[0].member("faults")?.count == 4)
        #expect(CommandLineCall(["token", "explain", "--config", bad, "x"]).error == call.error)
    }

    @Test("check warns about a secret that other users may read, and the file stays valid")
    func exposedSecret() throws {
        let secret = workspace.file("secret.key", Base64.encode(Array(repeating: 7, count: 32)))
        let file = workspace.file(
            "exposed.jsonc",
            #"{"public_url": "https://a.example", "listen": "127.0.0.1:1", "storage": "sqlite:g.db","#
                + #" "secret_key": {"file": "secret.key"}}"#)
        #expect(CommandLineCall(["check", "--config", file]).error.isEmpty)
        #expect(unsafe chmod(secret, 0o644) == 0)
        let call = CommandLineCall(["check", "--config", file])
        #expect(call.code == 0 && call.output == "\(file): no faults\n")
        #expect(call.error.hasPrefix("\(file):1:") && call.error.contains(": warning: secret_key.file: the file "))
        #expect(call.error.contains("can be read by every user (mode 0644)"))
        let lines = try CommandLineCall(["check", "--config", file, "--json"]).lines
        #expect(lines[0].member("valid")?.boolean == true && lines[0].member("warnings")?.count == 1)
    }

    @Test("terminal control characters are escaped in all output of commands")
    func terminal() throws {
        let hostile = "soc\u{9B}2J\u{202E}\n"
        let rule =
            #"{"claim_name": "groups", "claim_value": "soc\u202e2J", "role": "organization-viewer"}"#
        let file = try tokens.configuration(in: workspace, mappings: rule)
        let claims = workspace.file("claims.json", #"{"sub": "a\u009b\u202e", "groups": ["soc\u202e2J"]}"#)
        let explained = CommandLineCall(["claims", "explain", "--config", file, "--provider", "idp", claims])
        #expect(explained.code == 0 && explained.output.contains(#"soc\u{202E}2J"#), "\(explained.error)")
        let json = CommandLineCall(["claims", "explain", "--config", file, "--provider", "idp", "--json", claims])
        #expect(try json.lines[0].member("identity")?.member("subject")?.string == "a\u{9B}\u{202E}")
        let unknown = CommandLineCall(["claims", "explain", "--config", hostile, "--provider", "idp", claims])
        for text in [explained.output, json.output, unknown.error] {
            #expect(
                !text.isEmpty
                    && !text.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) || $0.value == 0x202E })
        }
        #expect(unknown.error.utf8.count { $0 == 0x0A } == 1)
    }
}
