import GatehouseTesting
import JSON
import Testing

/// The command that explains decisions about requests to upstreams.
@Suite("gatehouse upstream explain")
struct UpstreamCommandTests {
    private let tokens: TokenMint
    private let workspace: TemporaryDirectory
    private let file: String

    init() throws {
        tokens = try TokenMint()
        workspace = TemporaryDirectory()
        _ = workspace.file("keys.json", try tokens.keySet)
        _ = workspace.file("secret.key", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=")
        file = workspace.file(
            "gatehouse.jsonc",
            #"""
            {
              "public_url": "https://a.example", "listen": "127.0.0.1:1", "storage": "sqlite:g.db",
              "secret_key": {"file": "secret.key"},
              "providers": [{"id": "idp", "issuer": "https://idp.example", "audiences": ["api"], "keys": "keys.json"}],
              "organizations": [{"id": "acme", "providers": ["idp"], "claim_mappings": [
                {"claim_name": "groups", "claim_value": "leads", "role": "organization-manager"}]}],
              "upstreams": [{"id": "reports", "host": "reports.example", "organization": "acme",
                "address": "http://127.0.0.1:3000", "access": [
                  {"path": "/admin/*", "methods": ["POST"],
                   "allow": [{"claim_name": "groups", "claim_value": "admins"}]},
                  {"path": "/*", "allow": ["organization-manager"]}]}]
            }
            """#)
    }

    private func explain(_ arguments: String..., token: String) -> CommandLineCall {
        CommandLineCall(["upstream", "explain", "--config", file] + arguments + [token])
    }

    @Test("shows the deciding rule, and exits 0 only if the request would be let through")
    func decisions() throws {
        let lead = try tokens.token(TokenMint.claims(["groups": #"["leads"]"#]))
        let admin = try tokens.token(TokenMint.claims(["groups": #"["Admins"]"#]))
        let read = explain("--upstream", "reports", "--path", "/x", token: lead)
        #expect(read.code == 0 && read.output.contains("reports: permitted by rule 2"), "\(read.output)\(read.error)")
        let write = explain("--upstream", "reports", "--method", "POST", "--path", "/admin/x", token: lead)
        #expect(write.code == 1 && write.output.contains("reports: refused (permission_missing), rule 1"))
        let json = explain("--upstream", "reports", "--method", "POST", "--path", "/admin/x", "--json", token: admin)
        let answer = try #require(try json.lines.first)
        #expect(json.code == 1 && answer.member("valid")?.boolean == true)
        #expect(answer.member("decision")?.string == "refuse" && answer.member("rule")?.integer == 1)
        #expect(answer.member("identity")?.member("subject")?.string == "someone")
        let condition = answer.member("rules")?.elements.first { _ in true }?.member("allow")?.elements.first { _ in
            true
        }
        #expect(condition?.member("near_miss")?.boolean == true)
    }

    @Test("an invalid token, an unknown upstream and a path that is always refused are named")
    func faults() throws {
        let lead = try tokens.token(TokenMint.claims(["groups": #"["leads"]"#]))
        let invalid = explain("--upstream", "reports", "--path", "/x", "--json", token: "x")
        #expect(invalid.code == 1 && invalid.output.hasPrefix(#"{"valid":false,"reason":"malformed""#))
        let unknown = explain("--upstream", "report", "--path", "/x", token: lead)
        #expect(unknown.code == 1 && unknown.error.contains("did you mean reports?"))
        for (path, code) in [("/a/../b", "path_dot_segment"), ("/a%2Fb", "path_encoded_delimiter"), ("x", "path_not")] {
            let refused = explain("--upstream", "reports", "--path", path, token: lead)
            #expect(refused.code == 1 && refused.output.isEmpty && refused.error.contains(code), "\(refused.error)")
        }
        #expect(
            explain("--path", "/x", token: lead).code == 2 && explain("--upstream", "reports", token: lead).code == 2)
        let several = CommandLineCall(
            ["upstream", "explain", "--config", file, "--upstream", "reports", "--path", "/", "-"],
            input: Array("\(lead)\nx\n".utf8))
        #expect(several.code == 1, "each of the tokens must be let through")
    }
}
