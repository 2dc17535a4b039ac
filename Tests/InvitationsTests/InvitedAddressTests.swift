import Identities
import Testing

@testable import Invitations

@Suite("An address that can be invited")
struct InvitedAddressTests {
    private static let long = String(repeating: "a", count: 64)
    private static let label = String(repeating: "b", count: 63)
    /// 254 octets: the most that a mail server accepts.
    private static let longest = "\(long)@\(label).\(label).\(String(repeating: "c", count: 61))"

    @Test(
        "an address has a dot-atom, an @ and a host name",
        arguments: [
            "a@b", "pat@acme.example", "first.last+tag@mail.acme.example", "!#$%&'*+-/=?^_`{|}~@acme.example",
            "0@1.example", "a@x-y.example", "a@xn--bcher-kva.example", "\(long)@acme.example", longest,
        ])
    func accepted(text: String) throws {
        let address = try #require(InvitedAddress(text))
        #expect(address.email.text.utf8.elementsEqual(text.utf8))
    }

    @Test("an address is kept in lower case, of ASCII letters alone")
    func lowercase() {
        #expect(InvitedAddress("Pat.LAST@ACME.Example")?.description == "pat.last@acme.example")
    }

    @Test(
        "a text of another form is no address",
        arguments: [
            "", "@", "a@", "@b", "a", "a@b@c", "a b@acme.example", " a@acme.example", "a@acme.example ",
            ".a@acme.example", "a.@acme.example", "a..b@acme.example", "\"a\"@acme.example", "a@[127.0.0.1]",
            "Pat <a@acme.example>", "a@acme.example,b@acme.example", "a@acme.example\r\nBcc: x@y.example",
            "a\0@acme.example", "a@acme\0.example", "a@-acme.example", "a@acme-.example", "a@.example",
            "a@acme..example",
            "a@acme.example.", "a@acme_.example", "a@b\u{FC}cher.example", "p\u{E1}t@acme.example",
            "a\u{301}@acme.example", "a@\u{301}acme.example", "a\u{FF20}acme.example", "a(x)@acme.example",
            "a;b@acme.example", "a\u{37E}b@acme.example", "a@\u{212A}.example", "a\\b@acme.example", "a:b@acme.example",
            "a[b@acme.example", "a\u{7F}@acme.example", "\(long)a@acme.example", "a@\(label)b.example", "\(longest)d",
        ])
    func refused(text: String) {
        #expect(InvitedAddress(text) == nil)
    }

    @Test("every octet but those of the grammar is refused in both parts")
    func octets() {
        for octet in UInt8(0)...127 {
            let text = String(decoding: [octet], as: UTF8.self)
            let isLetterOrDigit =
                (0x61...0x7A).contains(octet) || (0x41...0x5A).contains(octet) || (0x30...0x39).contains(octet)
            let isAtom = isLetterOrDigit || Array("!#$%&'*+-/=?^_`{|}~".utf8).contains(octet)
            #expect((InvitedAddress("x\(text)x@acme.example") != nil) == (isAtom || octet == 0x2E), "\(octet)")
            let isHost = isLetterOrDigit || octet == 0x2D || octet == 0x2E
            #expect((InvitedAddress("x@a\(text)b.example") != nil) == isHost, "\(octet)")
        }
    }

    @Test(
        "the domain is the part behind the @, compared as a whole",
        arguments: [
            ("a@acme.example", true), ("A@ACME.Example", true), ("a@x.acme.example", false),
            ("a@notacme.example", false),
            ("acme.example@evil.example", false), ("a@acme.example.evil.example", false),
        ])
    func domains(text: String, isAllowed: Bool) throws {
        let address = try #require(InvitedAddress(text))
        #expect(InvitationRules(allowedDomains: ["acme.example"]).allow(address) == isAllowed)
        #expect(InvitationRules(allowedDomains: ["other.example", "acme.example"]).allow(address) == isAllowed)
        #expect(InvitationRules(allowedDomains: []).allow(address))
    }

    @Test("every role but the publisher's may be given")
    func roles() {
        #expect(Role.allCases.filter { InvitationRules.allow($0) } == [.viewer, .manager])
    }
}
