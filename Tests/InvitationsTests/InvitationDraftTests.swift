import Identities
import Testing

@testable import Invitations

@Suite("An address and a role that may be invited")
struct InvitationDraftTests {
    private func error(
        _ email: String, _ role: String = Role.viewer.rawValue, allowing domains: [String] = []
    ) -> InvitationDraftError? {
        do throws(InvitationDraftError) {
            _ = try InvitationDraft(email: email, role: role, under: InvitationRules(allowedDomains: domains))
            return nil
        } catch {
            return error
        }
    }

    @Test("are taken if the address, its domain and the role are allowed", arguments: [Role.manager, .viewer])
    func accepted(role: Role) throws {
        let draft = try InvitationDraft(
            email: "Pat@ACME.example", role: role.rawValue, under: InvitationRules(allowedDomains: ["acme.example"]))
        #expect(draft.address.email.text == "pat@acme.example" && draft.role == role)
    }

    @Test(
        "are refused for an address of another domain, whatever contains the allowed one",
        arguments: ["a@x.acme.example", "a@notacme.example", "acme.example@evil.example"])
    func domains(email: String) {
        let issue = error(email, allowing: ["acme.example", "b.example"])?.address
        #expect(issue == .domainNotAllowed(allowed: ["acme.example", "b.example"]))
        #expect(issue?.text == "The address is not in an allowed domain. Allowed domains: acme.example, b.example.")
        #expect(error(email) == nil)
    }

    @Test("are refused for a text that is no address, with a hint if only the spelling of the domain is wrong")
    func addresses() {
        #expect(
            error("no-address")?.address == .notAnAddress
                && error("", allowing: ["a.example"])?.address == .notAnAddress)
        #expect(error("a@b\u{FC}cher.example")?.address == .domainNotASCII)
        #expect(error("p\u{E1}t@acme.example")?.address == .notAnAddress)
    }

    @Test("are refused for a role that is unknown, or that no invitation gives")
    func roles() {
        #expect(error("a@acme.example", Role.publisher.rawValue)?.role == .notByInvitation)
        for text in ["", "owner", "manager", "Organization-Viewer"] {
            #expect(error("a@acme.example", text)?.role == .unknown, "\(text)")
        }
    }

    @Test("are refused for both at once, each with one sentence")
    func both() throws {
        let error = try #require(self.error("no-address", "owner"))
        for text in [error.address?.text, error.role?.text] {
            #expect(text?.hasPrefix("The ") == true && text?.hasSuffix(".") == true)
        }
        #expect(self.error("no-address")?.role == nil && self.error("a@acme.example", "owner")?.address == nil)
    }
}
