import GatehouseTesting
import JSON
import Testing

@testable import Commands

private let document = #"""
    {"roles":[{"id":"owner","name":"Owner","scopes":["playbook.write"]}],
     "workspaces":[{"id":"soc","name":"SOC","created_at":"2025-01-01T00:00:00Z",
       "workflows":[{"id":"w","name":"W","published":true,"nested_only":false,"trigger":"webhook"}],
       "members":[{"email":"o@acme.example","name":"O","roles":["owner"],"status":"active"}],"runners":[]}]}
    """#

@Suite struct InventoryCommandTests {
    let workspace = TemporaryDirectory()
    let configuration: String

    init() throws {
        configuration = try TokenMint(keyID: "k").configuration(in: workspace)
    }

    private func run(_ words: String..., input: String = "") -> CommandLineCall {
        CommandLineCall(
            ["inventory", words[0], "--config", configuration] + words.dropFirst(), input: Array(input.utf8), chunk: 7)
    }

    @Test("a document replaces the inventory, from a file and from standard input")
    func replaces() throws {
        let file = workspace.file("inventory.json", document)
        let first = run("import", "--organization", "acme", file)
        #expect(first.code == 0 && first.error.isEmpty)
        #expect(first.output == "acme now has 1 workspace, 1 workflow, 1 member, 0 runners, 1 role\n")
        let second = run("import", "--organization", "acme", "--json", "-", input: document)
        #expect(try second.lines.first?.member("workflows")?.integer == 1)
        #expect(run("verify").code == 0)
        let verified = run("verify", "--organization", "acme", "--json")
        #expect(verified.output == "{\"valid\":true,\"differences\":[]}\n")
    }

    @Test(
        "an invalid document is reported with pointers, and changes nothing",
        arguments: [
            ("", "not valid JSON"), ("{\"workspaces\":[", "not valid JSON"), ("[]", ": must be an object"),
            (document.replacing("webhook", with: "telepathy"), "/workspaces/0/workflows/0/trigger: "),
            (document.replacing("[\"owner\"]", with: "[\"ghost\"]"), "/workspaces/0/members/0/roles/0: "),
        ])
    func refuses(_ text: String, _ words: String) {
        #expect(run("import", "--organization", "acme", "-", input: document).code == 0)
        let bad = run("import", "--organization", "acme", "-", input: text)
        #expect(bad.code == 1 && bad.output.isEmpty && bad.error.contains(words), "\(bad.error)")
        #expect(run("verify").code == 0)
    }

    @Test("a missing organization or file is reported with a remedy")
    func missing() {
        let organization = run("import", "--organization", "acmee", "-")
        #expect(organization.code == 1 && organization.error.contains("did you mean acme?"))
        let file = run("import", "--organization", "acme", "/nowhere.json")
        #expect(file.code == 1 && file.error.contains("/nowhere.json: No such file"))
        #expect(run("verify", "--organization", "ghost").error.contains("has no organization \"ghost\""))
    }
}
