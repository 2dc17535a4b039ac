import GatehouseTesting
import Identities
import Testing

@testable import Tokens

/// A verifier of many providers: what one of them needs is prepared at its first token.
@Suite("Many providers")
struct ManyProvidersTests {
    private static let count = 500

    /// The keys of the providers, which change; and the readings of them.
    private final class Keys {
        var current: [String: KeyReading] = [:]
        var readings: [String] = []

        func read(_ provider: TrustedProvider) -> KeyReading {
            readings.append(provider.id.text)
            return current[provider.id.text] ?? KeyReading(keys: provider.keys, version: 0)
        }
    }

    private let mint: TokenMint
    private let providers: TrustedProviders
    private let keys = Keys()
    private let verifier: BearerTokenVerifier

    init() throws {
        let mint = try TokenMint()
        self.mint = mint
        providers = TrustedProviders(
            try (0..<ManyProvidersTests.count).map { try mint.provider("p\($0)", issuer: Issuer("https://p\($0)")) })
        let keys = keys
        verifier = BearerTokenVerifier(providers, cacheSize: 4) { keys.read($0) }
    }

    private func token(of provider: Int, subject: String = "s") throws -> [UInt8] {
        let claims = ["iss": "\"https://p\(provider)\"", "sub": "\"\(subject)\""]
        return Array(try mint.token(TokenMint.claims(claims)).utf8)
    }

    private func refusal(of token: [UInt8]) -> TokenReason? {
        do throws(TokenRefusal) {
            _ = try verifier.verify(token, at: TokenMint.now)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test("only a provider with a token has its keys read, and only once")
    func firstToken() throws {
        #expect(keys.readings.isEmpty)
        for subject in ["a", "b", "c"] {
            #expect(refusal(of: try token(of: 321, subject: subject)) == nil)
        }
        #expect(keys.readings == ["p321"])
        #expect(verifier.keyVersion(of: try #require(ProviderID("p321"))) == 0)
        #expect(verifier.keyVersion(of: try #require(ProviderID("p1"))) == nil)
        #expect(verifier.keyVersion(of: try #require(ProviderID("unknown"))) == nil)
    }

    @Test("after a change, keys are read again, and no cached token is accepted by the old ones")
    func change() throws {
        let (first, second) = (try token(of: 1), try token(of: 2))
        #expect(refusal(of: first) == nil && refusal(of: second) == nil)
        let other = try TokenMint(keyID: "k1")
        keys.current["p1"] = KeyReading(keys: try other.provider("p1").keys, version: 7)
        // Until the change is taken up, the cache decides.
        #expect(refusal(of: first) == nil)
        verifier.forgetKeys()
        #expect(refusal(of: first) == .signatureInvalid)
        #expect(refusal(of: second) == nil)
        #expect(verifier.keyVersion(of: try #require(ProviderID("p1"))) == 7)
        #expect(keys.readings == ["p1", "p2", "p1", "p2"])
        keys.current["p1"] = KeyReading(keys: nil, version: 7)
        verifier.forgetKeys()
        #expect(refusal(of: first) == .keysUnavailable)
        keys.current["p1"] = nil
        verifier.forgetKeys()
        #expect(refusal(of: first) == nil)
    }

    @Test("the index finds every provider by id, and by all of its issuers")
    func index() throws {
        var shared = try mint.provider("shared", issuer: "https://p3")
        shared.audiences = ["other"]
        shared.accessTokenIssuers = ["urn:further", "https://p3"]
        let all = TrustedProviders(providers.providers + [shared])
        for (place, provider) in all.providers.enumerated() {
            #expect(all[provider.id]?.issuer == provider.issuer)
            #expect(all.issuing(as: provider.issuer).contains(place))
        }
        #expect(all.issuing(as: "https://p3") == [3, ManyProvidersTests.count])
        #expect(all.issuing(as: "urn:further") == [ManyProvidersTests.count])
        #expect(all.issuing(as: "urn:unknown").isEmpty)
        #expect(all[try #require(ProviderID("unknown"))] == nil)
    }

    @Test("the log shows the first issuers in their order, and the number of the others", arguments: [0, 1, 5, 6, 200])
    func shownIssuers(count: Int) throws {
        let issuers = (0..<count).map { "https://i\($0 * 7919 % 1009)" }
        let all = TrustedProviders(
            try issuers.enumerated().map { try mint.provider("p\($0)", issuer: Issuer($1)) })
        #expect(all.shownIssuers == issuers.map { Issuer($0) }.sorted().map(\.text).shown)
    }
}
