import HTTPMessage
import Testing
import Web

@testable import SignInFlow

@Suite("The parameters of a sign-in")
struct SignInQueryTests {
    private func query(_ text: String) throws -> SignInQuery {
        try #require(SignInQuery(Target(path: "/auth/login", query: text).queryItems))
    }

    @Test(
        "a return path is kept only if it is on this site and is no step of a sign-in",
        arguments: [
            ("%2Forganizations%2Facme%3Fq%3D1", "/organizations/acme?q=1"), ("%2F", "/"), ("", nil),
            ("%2Fauth%2Flogout", nil), ("%2Fauth%2F", nil), ("%2Fauthor", "/author"), ("%2F%2Fevil.example", nil),
            ("https%3A%2F%2Fevil.example", nil), ("%2F%5Cevil.example", nil), ("acme", nil),
        ])
    func returnPath(text: String, path: String?) throws {
        #expect(try query("return_to=\(text)").returnTo?.text == path)
    }

    @Test("an empty parameter, and an organization that is no id, count as absent")
    func absent() throws {
        let empty = try query("provider=&organization=&email=")
        #expect(empty.provider == nil && empty.organization == nil && empty.email == nil && empty.items.isEmpty)
        #expect(try query("organization=\(String(repeating: "a", count: 64))").organization != nil)
        for text in [String(repeating: "a", count: 65), "Acme", "a%2Fb", "-a"] {
            #expect(try query("organization=\(text)").organization == nil)
        }
    }

    @Test("the link of a sign-in has every parameter except the address")
    func link() throws {
        let text = "provider=idp&organization=acme&email=a%40acme.example&return_to=%2Fx&switch=1&from=form"
        let items = try query(text).items.map { "\($0.name)=\($0.value)" }
        #expect(
            items == [
                "provider=idp", "organization=acme", "email=a@acme.example", "return_to=/x", "switch=1", "from=form",
            ])
        #expect(
            try query(text).link
                == "/auth/login?provider=idp&organization=acme&return_to=%2Fx&switch=1&from=form")
        #expect(try query("email=a%40acme.example").link == "/auth/login")
    }
}
