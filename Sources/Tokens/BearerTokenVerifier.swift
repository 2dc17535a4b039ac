internal import Cryptography
internal import Identities
internal import JSON
internal import Text
public import Time

/// A verifier of bearer tokens for the trusted providers. Each reactor has its own instance, so contexts and cache need
/// no locks.
public final class BearerTokenVerifier {
    private struct Trust {
        let provider: TrustedProvider
        let contexts: VerificationContexts?
    }

    private let providers: [Issuer: [Trust]]
    private let digest: Digest?
    private var cache: VerifiedTokenCache
    private var knownHeaders = KnownHeaders()

    /// - Parameters:
    ///   - providers: trusted providers; changed key sets need a new verifier, which starts with an empty cache.
    ///   - cacheSize: the maximum number of cached tokens; 0 disables the cache.
    public init(_ providers: [TrustedProvider], cacheSize: Int) {
        var byIssuer: [Issuer: [Trust]] = [:]
        for provider in providers {
            let trust = Trust(provider: provider, contexts: provider.keys.map(VerificationContexts.init))
            for issuer in Set([provider.issuer] + provider.accessTokenIssuers) {
                byIssuer[issuer, default: []].append(trust)
            }
        }
        self.providers = byIssuer
        // If no digest is available, tokens are verified without a cache.
        digest = cacheSize > 0 ? try? Digest(.sha256) : nil
        cache = VerifiedTokenCache(size: cacheSize)
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
            let candidates = providers[Issuer(issuer)], let first = candidates.first
        else {
            let named = claims.member("iss")?.shown ?? "missing"
            let issuers = providers.keys.map(\.text).sorted().shown
            throw TokenRefusal(
                .issuerUnknown, "The token's \"iss\" is not the issuer of a configured provider.",
                facts: "It is \(named); the issuers are \(issuers).")
        }
        guard candidates.count > 1 else { return first }
        return candidates.first { $0.provider.audienceRule.isMet(by: claims) } ?? first
    }
}
