import Cryptography
import GatehouseTesting
import Identities
import Testing
import Time
import Tokens

@Suite("Bearer tokens that were verified earlier")
struct StandingTokenTests {
    private let mint: TokenMint
    private let provider: TrustedProvider
    private let claims: VerifiedClaims

    init() throws {
        mint = try TokenMint()
        provider = try mint.provider()
        claims = try outcome(mint.token(TokenMint.claims(["azp": "\"cli\""])), [provider]).get()
    }

    /// The reason why the token is refused after a change of the provider's settings; nil if it is accepted.
    private func reason(_ change: (inout TrustedProvider) throws -> Void) rethrows -> TokenReason? {
        var changed = provider
        try change(&changed)
        return changed.refusal(ofVerified: claims, at: TokenMint.now)?.reason
    }

    private func stands(_ change: (inout TrustedProvider) throws -> Void) rethrows -> Bool { try reason(change) == nil }

    @Test("a token stands under unchanged settings until it expires, including the tolerance")
    func expiry() {
        #expect(stands { _ in })
        #expect(provider.refusal(ofVerified: claims, at: TokenMint.now + .seconds(659)) == nil)
        #expect(provider.refusal(ofVerified: claims, at: TokenMint.now + .seconds(660))?.reason == .expired)
    }

    @Test("a token does not stand if the provider's settings no longer accept it")
    func settings() {
        #expect(reason { $0.audiences = ["other"] } == .audienceMismatch)
        #expect(reason { $0.audiences = [] } == .audienceMismatch)
        #expect(reason { $0.authorizedParties = ["other"] } == .authorizedPartyMismatch)
        #expect(stands { $0.authorizedParties = ["cli"] })
        #expect(reason { $0.algorithms = [.rs256] } == .algorithmNotAllowed)
        #expect(reason { $0.maximumAge = .seconds(-61) } == .tokenTooOld)
        #expect(reason { $0.subjectClaim = "oid" } == .subjectMissing)
        #expect(reason { $0.subjectClaim = "azp" } == .subjectMissing)
        #expect(
            TrustedProvider(id: provider.id, issuer: "https://new.example", keys: provider.keys)
                .refusal(ofVerified: claims, at: TokenMint.now)?.reason == .issuerUnknown)
        #expect(
            TrustedProvider(id: ProviderID("other")!, issuer: provider.issuer, keys: provider.keys)
                .refusal(ofVerified: claims, at: TokenMint.now)?.reason == .issuerUnknown)
    }

    @Test("a token does not stand without its key, even if another key has the same id or none")
    func keys() throws {
        #expect(reason { $0.keys = nil } == .keysUnavailable)
        for id in ["k1", "k2", nil] {
            let other = try TokenMint(keyID: id)
            #expect(try !stands { $0.keys = try other.provider().keys }, "\(id ?? "none")")
            // Beside another key, the own key must be the one that the token selects.
            let both = "{\"keys\":[\(try other.jwk()),\(try mint.jwk())]}"
            #expect(try stands { $0.keys = try mint.provider(keys: both).keys } == (id == "k2"), "\(id ?? "none")")
        }
    }

    @Test("a renamed key is another key, and one that lost its id is the same")
    func renamed() throws {
        let text = try mint.jwk()
        let renamed = text.replacing("\"kid\":\"k1\"", with: "\"kid\":\"k9\"")
        #expect(try !stands { $0.keys = try mint.provider(keys: renamed).keys })
        let unnamed = text.replacing(",\"kid\":\"k1\"", with: "")
        #expect(try stands { $0.keys = try mint.provider(keys: unnamed).keys })
    }

    @Test("a token of another issuer stands while that issuer is listed")
    func issuers() throws {
        var provider = provider
        provider.accessTokenIssuers = ["https://sts.example"]
        let token = try mint.token(TokenMint.claims(["iss": "\"https://sts.example\""]))
        let claims = try outcome(token, [provider]).get()
        #expect(provider.refusal(ofVerified: claims, at: TokenMint.now) == nil)
        provider.accessTokenIssuers = []
        #expect(provider.refusal(ofVerified: claims, at: TokenMint.now) != nil)
    }

    @Test("claims of an ID token do not stand as a bearer token")
    func identityToken() throws {
        let token = try mint.token(TokenMint.claims())
        let claims = try IDTokenVerifier(provider, clientID: "api").verify(
            token, IDTokenExpectations(), at: TokenMint.now)
        #expect(provider.refusal(ofVerified: claims, at: TokenMint.now) != nil)
    }
}
