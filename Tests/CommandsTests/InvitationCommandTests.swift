import GatehouseTesting
import JSON
import Testing

@testable import Commands

@Suite("Invitations by the operator")
struct InvitationCommandTests {
    private let workspace = TemporaryDirectory()
    private let file: String

    init() throws {
        file = try TokenMint(keyID: "k").configuration(in: workspace)
    }

    private func call(_ words: String...) -> CommandLineCall {
        CommandLineCall(["invitation", words[0], "--config", file] + words.dropFirst())
    }

    private func create(_ address: String = "ceo@acme.com", json: Bool = false) -> CommandLineCall {
        let more = json ? ["--json"] : []
        return CommandLineCall(
            [
                "invitation", "create", "--config", file, "--organization", "acme", "--role", "organization-manager",
                address,
            ]
                + more)
    }

    private func list(_ words: String...) throws -> [(id: String, email: String, state: String)] {
        let call = CommandLineCall(["invitation", "list", "--config", file, "--json"] + words)
        #expect(call.code == 0 && call.error.isEmpty)
        let items = try #require(try call.lines[0].member("items"))
        return items.elements.map { item in
            (
                item.member("id")?.string ?? "", item.member("email")?.string ?? "",
                item.member("state")?.string ?? ""
            )
        }
    }

    /// Returns the actions in the organization's chain, all by the operator.
    private func actions() throws -> [String] {
        let call = CommandLineCall(["audit", "export", "--config", file])
        return try call.lines.filter { $0.member("organization")?.string == "acme" }.map { event in
            #expect(event.member("actor")?.member("kind")?.string == "operator")
            return event.member("action")?.string ?? ""
        }
    }

    @Test("an address that is already invited is reported, with the command for a new link")
    func pending() throws {
        let first = create()
        #expect(first.code == 0 && first.output.hasPrefix("https://a.example/invitations/accept?token="))
        let id = try #require(try list().first?.id)
        let again = create()
        #expect(again.code == 1 && again.output.isEmpty)
        #expect(again.error.contains("is already invited") && again.error.contains("gatehouse invitation resend \(id)"))
        let otherwise = CommandLineCall(
            ["invitation", "create", "--config", file, "--organization", "acme", "--role", "organization-viewer"]
                + ["ceo@acme.com"])
        #expect(otherwise.code == 1 && otherwise.error.contains("as organization-manager"))
        #expect(try list().count == 1)
    }

    @Test(
        "an address or a role that may not be invited is refused, and nothing is stored",
        arguments: [
            ("ceo@acme.com", "inventory-publisher", "--role must be organization-manager or organization-viewer"),
            ("ceo@acme.com", "owner", "--role must be organization-manager or organization-viewer"),
            ("ceo", "organization-viewer", "EMAIL must be an email address such as name@example.com, not"),
            ("ceo@b\u{FC}cher.example", "organization-viewer", "in its ASCII form"),
        ])
    func refused(address: String, role: String, text: String) throws {
        _ = create("first@acme.com")
        let call = CommandLineCall(
            ["invitation", "create", "--config", file, "--organization", "acme", "--role", role, address])
        #expect(call.code == 2 && call.output.isEmpty && call.error.contains(text), "\(call.error)")
        #expect(try list().map(\.email) == ["first@acme.com"])
    }

    @Test("a lost link is replaced by a new one, and the old one stops working")
    func resend() throws {
        let lost = create().output
        let id = try #require(try list().first?.id)
        let new = call("resend", id)
        #expect(new.code == 0 && new.output.hasPrefix("https://a.example/invitations/accept?token="))
        #expect(new.output != lost && new.error.isEmpty)
        let json = try call("resend", "--json", id).lines[0]
        #expect(json.member("id")?.string == id && json.member("state")?.string == "pending")
        #expect(json.member("link")?.string?.hasPrefix("https://a.example/") == true)
        #expect(try actions() == ["invitation_create", "invitation_resend", "invitation_resend"])
    }

    @Test("a pending invitation is revoked once, and the address can be invited again")
    func revoke() throws {
        _ = create()
        let id = try #require(try list().first?.id)
        let revoked = call("revoke", id)
        #expect(revoked.code == 0 && revoked.output == "the invitation of ceo@acme.com to acme was revoked\n")
        #expect(try list().map(\.state) == ["revoked"])
        for words in [["revoke", id], ["resend", id]] {
            let late = CommandLineCall(["invitation", words[0], "--config", file, words[1]])
            #expect(late.code == 1 && late.output.isEmpty && late.error.contains("is already revoked"))
        }
        #expect(try actions() == ["invitation_create", "invitation_revoke"])
        let second = try create(json: true).lines[0]
        #expect(second.member("state")?.string == "pending" && second.member("link")?.string != nil)
        let ended = try call("revoke", "--json", try #require(second.member("id")?.string)).lines[0]
        #expect(ended.member("state")?.string == "revoked")
    }

    @Test("the list is of all organizations or of one, and shows no link")
    func listed() throws {
        _ = create()
        _ = create("cfo@acme.com")
        #expect(Set(try list().map(\.email)) == ["ceo@acme.com", "cfo@acme.com"])
        #expect(try list("--organization", "acme").count == 2 && list("--organization", "globex").isEmpty)
        let text = call("list").output
        #expect(
            text.split(separator: "\n").count == 2 && text.contains("acme  organization-manager  ceo@acme.com  pending")
        )
        #expect(!text.contains("token="))
    }

    @Test("an unknown id is reported", arguments: ["resend", "revoke"])
    func unknown(_ command: String) {
        _ = create()
        let call = call(command, "nothing")
        #expect(call.code == 1 && call.output.isEmpty && call.error.contains("gatehouse invitation list shows the ids"))
    }
}
