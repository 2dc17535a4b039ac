import Cryptography
import GatehouseTesting
import Testing
import Tokens

@Suite("The order of a token's checks")
struct CheckOrderTests {
    let mint: TokenMint
    let provider: TrustedProvider

    init() throws {
        mint = try TokenMint()
        provider = try mint.provider()
    }

    @Test("faults in header, issuer and key are reported before faults in claims, in the contract's order")
    func headerFirst() throws {
        let bad = TokenMint.claims(["aud": "\"other\"", "exp": "\"soon\"", "sub": nil])
        let critical = "{\"alg\":\"none\",\"crit\":[\"b64\"]}"
        let unknownKey = "{\"alg\":\"ES256\",\"kid\":\"?\",\"typ\":\"x\"}"
        #expect(reason(try mint.token("no JSON", header: critical), [provider]) == .malformed)
        #expect(reason(try mint.token(bad, header: critical), []) == .criticalHeaderUnsupported)
        #expect(reason(try mint.token(bad, header: "{\"alg\":\"none\"}"), []) == .algorithmNotAllowed)
        #expect(reason(try mint.token(bad, header: unknownKey), []) == .issuerUnknown)
        var bare = provider
        bare.keys = nil
        #expect(reason(try mint.token(bad, header: unknownKey), [bare]) == .keysUnavailable)
        bare.algorithms = [.edDSA]
        #expect(reason(try mint.token(bad, header: unknownKey), [bare]) == .algorithmNotAllowed)
        #expect(reason(try mint.token(bad, header: unknownKey), [provider]) == .keyNotFound)
        let forger = try TokenMint()
        let wrongType = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"typ\":\"x\"}"
        #expect(reason(try forger.token(bad, header: wrongType), [provider]) == .signatureInvalid)
        #expect(reason(try mint.token(bad, header: wrongType), [provider]) == .typeMismatch)
        #expect(reason(try mint.token(bad), [provider]) == .audienceMismatch)
    }

    @Test("of several faulty claims, the first in the contract's order is the reason")
    func claims() throws {
        var claims: [String: String?] = ["azp": "7", "exp": "1", "nbf": "1900000000", "iat": "1900000000", "sub": "7"]
        var strict = provider
        strict.authorizedParties = ["client"]
        func found() throws -> TokenReason? { reason(try mint.token(TokenMint.claims(claims)), [strict]) }
        #expect(try found() == .authorizedPartyMismatch)
        claims["azp"] = "\"client\""
        #expect(try found() == .claimMalformed)
        claims["sub"] = .some(nil)
        #expect(try found() == .expired)
        claims["exp"] = "1900000001"
        #expect(try found() == .notYetValid)
        claims["nbf"] = .some(nil)
        #expect(try found() == .issuedInFuture)
        claims["iat"] = "1700000000"
        #expect(try found() == .tokenTooOld)
        claims["iat"] = "1800000000"
        #expect(try found() == .subjectMissing)
    }
}
