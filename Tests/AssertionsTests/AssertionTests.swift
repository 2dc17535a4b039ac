import Cryptography
import GatehouseTesting
import HTTPMessage
import Identities
import JSON
import Testing
import Time
import Tokens

@testable import Assertions

@Suite("What applications are told about users")
struct AssertionTests {
    private let keys: AssertionKeys
    private let place: TemporaryStore
    private let mint: TokenMint
    private static let now = TokenMint.now

    init() async throws {
        place = try TemporaryStore([AssertionKeys.schema])
        let box = try SealedBox(keys: [Array(repeating: 7, count: 32)])
        keys = AssertionKeys(database: place.database, sealingWith: box, now: { Self.now })
        mint = try TokenMint()
        try await keys.maintain()
    }

    private func claims(_ changes: [String: String?]) throws -> VerifiedClaims {
        try mint.verified(changes)
    }

    private func fields(
        _ changes: [String: String?], email: String? = nil, user: AssertedIdentity.User = .subject,
        session: String? = "sid-1", signer: inout AssertionSigner
    ) throws -> Fields {
        let claims = try claims(changes)
        let organization = try #require(OrganizationID("acme"))
        return try #require(
            signer.fields(
                for: claims, audience: "reports", issuer: "https://access.example", session: session,
                role: Role.viewer.rawValue, at: Self.now
            ) {
                AssertedIdentity(
                    claims, verifiedEmail: email.flatMap { EmailAddress($0) }, groupsClaim: "groups", user: user,
                    in: organization, as: .viewer)
            })
    }

    private func value(_ fields: Fields, _ name: String) throws -> String {
        let values = fields.values(try #require(FieldName(name)))
        #expect(values.count == 1)
        return try #require(values.first)
    }

    private func payload(_ fields: Fields) throws -> JSONValue {
        let token = try value(fields, "X-Gatehouse-Assertion")
        let parts = token.split(separator: ".")
        #expect(parts.count == 3)
        return try JSONDocument(parsing: try #require(Base64URL.decode(String(parts[1])))).root
    }

    @Test("the fields and the assertion name the user, and the published key verifies the signature")
    func names() throws {
        var signer = AssertionSigner(keys)
        let fields = try fields(
            ["name": #""Vera""#, "preferred_username": #""vera""#, "groups": #"["a","b"]"#], email: "vera@acme.example",
            signer: &signer)
        #expect(try value(fields, "X-Forwarded-User") == "someone")
        #expect(try value(fields, "X-Forwarded-Email") == "vera@acme.example")
        #expect(try value(fields, "X-Forwarded-Preferred-Username") == "vera")
        #expect(try value(fields, "X-Forwarded-Groups") == "a,b")
        #expect(try value(fields, "X-Gatehouse-Issuer") == TokenMint.issuer.text)
        #expect(try value(fields, "X-Gatehouse-Organization") == "acme")
        #expect(try value(fields, "X-Gatehouse-Role") == "organization-viewer")
        let claims = try payload(fields)
        for (name, text) in [
            "iss": "https://access.example", "aud": "reports", "sub": "someone", "sid": "sid-1", "name": "Vera",
            "identity_issuer": TokenMint.issuer.text, "email": "vera@acme.example", "organization": "acme",
            "role": "organization-viewer",
        ] { #expect(claims.member(name)?.string == text) }
        #expect(claims.member("email_verified")?.boolean == true)
        #expect(claims.member("groups")?.elements.compactMap(\.string) == ["a", "b"])
        #expect(claims.member("iat")?.integer == Self.now.seconds)
        #expect(claims.member("exp")?.integer == Self.now.seconds + 300)
        var provider = TrustedProvider(
            id: try #require(ProviderID("gatehouse")), issuer: "https://access.example",
            keys: try KeySet(keys.keySet.document(at: Self.now)))
        provider.audiences = ["reports"]
        let token = Array(try value(fields, "X-Gatehouse-Assertion").utf8)
        let verified = try BearerTokenVerifier([provider], cacheSize: 0).verify(token.span, at: Self.now)
        #expect(verified.identity.subject == "someone")
    }

    @Test("an address that is not verified is not passed on")
    func unverifiedEmail() throws {
        var signer = AssertionSigner(keys)
        let fields = try fields(["email": #""ceo@acme.example""#], signer: &signer)
        #expect(try value(fields, "X-Forwarded-Email") == "")
        #expect(try payload(fields).member("email") == nil)
        #expect(try payload(fields).member("email_verified")?.boolean == false)
    }

    @Test("groups that are unknown or too long are said to be incomplete", arguments: [true, false])
    func incompleteGroups(_ isLong: Bool) throws {
        var signer = AssertionSigner(keys)
        let long = (0..<200).map { "\"group-number-\($0)-of-many-groups\"" }.joined(separator: ",")
        let fields = try fields(
            isLong ? ["groups": "[\(long)]"] : ["_claim_names": #"{"groups":"src1"}"#], signer: &signer)
        #expect(try value(fields, "X-Forwarded-Groups") == "")
        #expect(try payload(fields).member("groups") == nil)
        #expect(try payload(fields).member("groups_incomplete")?.boolean == true)
    }

    @Test(
        "values that a reader could misread are percent-encoded",
        arguments: [
            ("plain text", "plain text"), (" a ", "%20a%20"), ("a,b", "a%2Cb"), ("50%", "50%25"), ("é", "%C3%A9"),
            ("a\tb", "a%09b"), ("  ", "%20%20"), ("a\u{7f}", "a%7F"), ("x\r\ny: z", "x%0D%0Ay: z"),
        ])
    func encoded(_ plain: String, _ text: String) {
        #expect(IdentityFieldText(plain).text == text)
    }

    @Test("an assertion is repeated for a minute, for the same user, application and session")
    func reused() throws {
        var signer = AssertionSigner(keys)
        let claims = try claims([:])
        func assertion(_ audience: String, _ session: String?, after: Duration, _ signer: inout AssertionSigner) throws
            -> String
        {
            let organization = try #require(OrganizationID("acme"))
            let fields = try #require(
                signer.fields(
                    for: claims, audience: audience, issuer: "https://a.example", session: session, role: nil,
                    at: Self.now + after
                ) {
                    AssertedIdentity(
                        claims, verifiedEmail: nil, groupsClaim: "groups", user: .identityID, in: organization, as: nil)
                })
            return try value(fields, "X-Gatehouse-Assertion")
        }
        let first = try assertion("a", "s", after: .zero, &signer)
        #expect(try assertion("a", "s", after: .seconds(59), &signer) == first)
        #expect(try assertion("a", "s", after: .seconds(60), &signer) != first)
        #expect(try assertion("b", "s", after: .zero, &signer) != first)
        #expect(try assertion("a", nil, after: .zero, &signer) != first)
        signer.forget()
        #expect(try assertion("a", "s", after: .zero, &signer) != first)
    }

    @Test("a request without an identity has every field, and each is empty")
    func empty() throws {
        #expect(IdentityFields.names.count == 9)
        for name in IdentityFields.names { #expect(IdentityFields.none.values(name) == [""]) }
    }
}
