internal import Cryptography
public import Identities
internal import JSON
internal import Text
public import Time

/// A verifier of bearer tokens for the trusted providers. Each reactor has its own instance, so contexts and cache need
/// no locks. What a provider's tokens need is prepared at its first token, so that providers without tokens cost
/// nothing.
public final class BearerTokenVerifier {
    /// A provider with the keys that were current in a generation of keys.
    private final class Trust {
        let provider: TrustedProvider
        let contexts: VerificationContexts?
        let version: UInt64
        var generation: Int

        init(_ provider: TrustedProvider, _ reading: KeyReading, generation: Int) {
            self.provider = provider
            contexts = reading.keys.map(VerificationContexts.init)
            version = reading.version
            self.generation = generation
        }
    }

    private let providers: TrustedProviders
    private let keys: (TrustedProvider) -> KeyReading
    /// The providers whose tokens were verified, by their places.
    private var trusts: [Int: Trust] = [:]
    private var generation = 0
    private let digest: Digest?
    private let cacheSize: Int
    private var cache: VerifiedTokenCache
    private var knownHeaders = KnownHeaders()

    /// - Parameters:
    ///   - keys: returns a provider's current keys; called at its first token, and after ``forgetKeys()``.
    ///   - cacheSize: the maximum number of cached tokens; 0 disables the cache.
    public init(
        _ providers: TrustedProviders, cacheSize: Int, keys: @escaping (TrustedProvider) -> KeyReading
    ) {
        self.providers = providers
        self.keys = keys
        self.cacheSize = cacheSize
        // If no digest is available, tokens are verified without a cache.
        digest = cacheSize > 0 ? try? Digest(.sha256) : nil
        cache = VerifiedTokenCache(size: cacheSize)
    }

    /// Creates a verifier of providers whose keys do not change.
    ///
    /// - Parameters:
    ///   - providers: the providers with their keys.
    ///   - cacheSize: the maximum number of cached tokens; 0 disables the cache.
    public convenience init(_ providers: [TrustedProvider], cacheSize: Int) {
        self.init(TrustedProviders(providers), cacheSize: cacheSize) { KeyReading(keys: $0.keys, version: 0) }
    }

    /// Empties the cache after a change of any provider's keys. Each provider's keys are read again at its next token.
    public func forgetKeys() {
        generation += 1
        cache = VerifiedTokenCache(size: cacheSize)
    }

    /// Returns the version of the keys by which a provider's tokens were last verified, or nil if none were.
    public func keyVersion(of provider: ProviderID) -> UInt64? {
        providers.place(of: provider).flatMap { trusts[$0]?.version }
    }

    /// Returns the claims of a token that is valid at `now`.
    public func verify(_ token: Span<UInt8>, at now: Timestamp) throws(TokenRefusal) -> VerifiedClaims {
        guard let key = cacheKey(token) else { return try verifyAnew(token, at: now) }
        if let claims = cache[key, now] { return claims }
        let claims = try verifyAnew(token, at: now)
        cache.insert(claims, for: key)
        return claims
    }

    /// Returns true if the token is in the cache, so that verifying it costs almost nothing.
    public func remembers(_ token: Span<UInt8>, at now: Timestamp) -> Bool {
        cacheKey(token).map { cache[$0, now] != nil } ?? false
    }

    private func cacheKey(_ token: Span<UInt8>) -> VerifiedTokenCache.Key? {
        guard let digest, token.count <= CompactJWS.maximumLength, let hash = try? digest(token) else { return nil }
        return VerifiedTokenCache.Key(digest: hash)
    }

    private func verifyAnew(_ token: Span<UInt8>, at now: Timestamp) throws(TokenRefusal) -> VerifiedClaims {
        let jws = try CompactJWS(token, expecting: .claims, known: knownHeaders)
        guard let claims = jws.claims else { throw TokenRefusal(.malformed, "The token has no claims.") }
        let trust = try self.trust(for: claims.root)
        let provider = trust.provider
        do throws(TokenRefusal) {
            guard provider.algorithms.contains(jws.header.algorithm) else {
                throw provider.algorithmRefusal(of: jws.header)
            }
            guard let contexts = trust.contexts else {
                throw TokenRefusal(.keysUnavailable, "The provider's keys are not available.")
            }
            let key = try contexts.verify(jws, token)
            if !jws.isHeaderKnown {
                knownHeaders.remember(jws.header, encodedAs: token.extracting(0..<jws.headerLength))
            }
            let outcome = try provider.bearerChecks(jws.header, claims.root).check(at: now)
            return VerifiedClaims(
                provider: provider.id,
                identity: Identity(
                    issuer: provider.issuer, subject: outcome.subject),
                document: claims, header: jws.header.document, keyID: key.id, validity: outcome.validity,
                origin: ClaimsOrigin(token: claims.root, at: now), key: key.key)
        } catch {
            var refusal = error
            refusal.provider = provider.id
            throw refusal
        }
    }

    /// Returns the provider of the token's issuer; if several share it, the one whose audience the token names.
    private func trust(for claims: JSONValue) throws(TokenRefusal) -> Trust {
        guard let issuer = claims.member("iss")?.string,
            case let candidates = providers.issuing(as: Issuer(issuer)), let first = candidates.first
        else {
            let named = claims.member("iss")?.shown ?? "missing"
            throw TokenRefusal(
                .issuerUnknown, "The token's \"iss\" is not the issuer of a configured provider.",
                facts: "It is \(named); the issuers are \(providers.shownIssuers).")
        }
        guard candidates.count > 1 else { return trust(at: first) }
        return trust(at: candidates.first { providers.providers[$0].audienceRule.isMet(by: claims) } ?? first)
    }

    private func trust(at place: Int) -> Trust {
        let known = trusts[place]
        if let known, known.generation == generation { return known }
        let provider = providers.providers[place]
        let reading = keys(provider)
        // Contexts of unchanged keys stay in use.
        if let known, known.version == reading.version, (known.contexts == nil) == (reading.keys == nil) {
            known.generation = generation
            return known
        }
        let new = Trust(provider, reading, generation: generation)
        trusts[place] = new
        return new
    }
}
