import Cryptography
import GatehouseTesting
import HTTPMessage
import Sessions
import Testing

@testable import SignInFlow

@Suite("Requests that another site makes with the user's session")
struct RequestForgeryTests {
    private let token: SessionToken
    private let formToken: String

    init() throws {
        token = try SessionToken.make()
        formToken = try token.formToken
    }

    private func isOwn(_ fields: [String], sent: String?) throws -> Bool {
        RequestForgery.isOwn(
            try Request("POST", "/x", fields: fields), origin: "https://access.example", of: token, sent: sent)
    }

    @Test("the form token of the session is needed, from the form or from the field")
    func needed() throws {
        #expect(try isOwn([], sent: formToken))
        #expect(try isOwn(["X-CSRF-Token: \(formToken)"], sent: nil))
        for sent in [nil, "", "x", token.text, try SessionToken.make().formToken] {
            #expect(try !isOwn([], sent: sent), "\(sent ?? "none")")
        }
    }

    @Test("the field comes before the form")
    func precedence() throws {
        #expect(try !isOwn(["X-CSRF-Token: x"], sent: formToken))
        #expect(try isOwn(["X-CSRF-Token: \(formToken)"], sent: "x"))
    }

    @Test("the token does not help a request that states another origin")
    func origin() throws {
        #expect(try isOwn(["Origin: https://access.example", "Sec-Fetch-Site: same-origin"], sent: formToken))
        for field in ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
            #expect(try !isOwn([field], sent: formToken), "\(field)")
        }
    }
}
