internal import Configuration
internal import Identities
internal import JSON
internal import Server
internal import Time
internal import Tokens

/// The providers of a configuration, with the trust that the gateway would place in them.
struct ConfiguredTrust {
    private let verifier: BearerTokenVerifier
    private let providers: [(settings: TrustedProvider, signatures: KeySetVerifier?)]

    /// Fetches keys that are not in the file. A failure is reported on standard error.
    init(_ settings: Settings, _ call: Invocation) {
        var trusted = settings.providers.map { $0.trusted() }
        if call.usesNetwork {
            let fetched = FetchedKeys(settings, environment: call.environment)
            for fault in fetched.faults { call.warn("keys cannot be fetched: \(fault)") }
            trusted = fetched.providers
        }
        verifier = BearerTokenVerifier(trusted, cacheSize: 0)
        providers = trusted.map { provider in
            let signatures = provider.keys.map {
                KeySetVerifier($0, issuer: nil, audiences: [], isSignatureOnly: true)
            }
            return (provider, signatures)
        }
    }

    /// Verifies a token as the gateway does, and returns its claims and identity.
    func claims(_ token: Span<UInt8>, at moment: Timestamp) throws(TokenRefusal) -> VerifiedClaims {
        try verifier.verify(token, at: moment)
    }

    func verify(_ token: Span<UInt8>, at moment: Timestamp) throws(TokenRefusal) -> TokenCheck.Answer {
        let claims = try verifier.verify(token, at: moment)
        // The verifier does not return the key, so the signature is verified again with the provider's keys.
        let signatures = providers.first { $0.settings.id == claims.provider }?.signatures
        return TokenCheck.Answer(
            header: try CompactJWS(token, expecting: .claims).header.document, claims: claims.document,
            keyID: try signatures?.verify(token, at: moment).keyID)
    }

    /// Verifies header and signature only, with the provider that the payload names, or with all providers if it names
    /// none. If several refuse, the refusal that passed the most checks is thrown.
    func verifySignature(_ token: Span<UInt8>, at moment: Timestamp) throws(TokenRefusal) -> TokenCheck.Answer {
        let jws = try CompactJWS(token, expecting: .anything)
        let issuer = (try? JSONDocument(parsing: jws.payload))?.root.member("iss")?.string
        let named = providers.filter { provider in
            issuer.map { provider.settings.issuesBearerTokens(as: Issuer($0)) } ?? false
        }
        var furthest = TokenRefusal(.issuerUnknown, "The configuration has no provider.")
        for provider in named.isEmpty ? providers : named {
            do throws(TokenRefusal) {
                guard provider.settings.algorithms.contains(jws.header.algorithm) else {
                    throw provider.settings.algorithmRefusal(of: jws.header)
                }
                guard let signatures = provider.signatures else {
                    throw TokenRefusal(.keysUnavailable, "The provider's keys are not available.")
                }
                return TokenCheck.Answer(try signatures.verify(token, at: moment))
            } catch {
                if error.reason.order > furthest.reason.order || furthest.reason == .issuerUnknown { furthest = error }
            }
        }
        throw furthest
    }
}

extension TokenReason {
    /// The reason's position in the order of the checks.
    fileprivate var order: Int { TokenReason.allCases.firstIndex(of: self) ?? 0 }
}
