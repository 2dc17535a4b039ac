import GatehouseTesting
import Identities
import Testing
import Tokens

@Suite("Canonically equivalent names")
struct EquivalenceTests {
    private let mint: TokenMint
    private var provider: TrustedProvider

    init() throws {
        mint = try TokenMint()
        provider = try mint.provider(issuer: "https://kidp.example")
        provider.audiences = ["Kapi"]
        provider.authorizedParties = ["Kim"]
    }

    private func token(_ changes: [String: String?] = [:]) throws -> String {
        let good: [String: String?] = ["iss": "\"https://kidp.example\"", "aud": "\"Kapi\"", "azp": "\"Kim\""]
        return try mint.token(TokenMint.claims(good.merging(changes) { $1 }))
    }

    @Test("subjects that are canonically equivalent are two identities")
    func subjects() throws {
        let one = try outcome(token(["sub": #""jos\u00e9""#]), [provider]).get().identity
        let other = try outcome(token(["sub": #""jose\u0301""#]), [provider]).get().identity
        #expect(one != other && Set([one, other]).count == 2)
    }

    @Test("issuer, audience and party are compared byte by byte")
    func parties() throws {
        #expect(reason(try token(), [provider]) == nil)
        #expect(reason(try token(["aud": #"["x","Kapi"]"#]), [provider]) == nil)
        #expect(reason(try token(["aud": #""\u212aapi""#]), [provider]) == .audienceMismatch)
        #expect(reason(try token(["aud": #"["\u212aapi"]"#]), [provider]) == .audienceMismatch)
        #expect(reason(try token(["azp": #""\u212aim""#]), [provider]) == .authorizedPartyMismatch)
        // U+037E, the Greek question mark, equals a semicolon in Swift's comparison of strings.
        let odd = try mint.provider(issuer: "https://idp.example/a;b")
        let claims = TokenMint.claims(["iss": #""https://idp.example/a\u037eb""#])
        #expect(reason(try mint.token(claims), [odd]) == .issuerUnknown)
    }
}
