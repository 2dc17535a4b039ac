public import Cryptography
public import HTTPClient
internal import JSON
internal import Snapshots
public import Time
public import Tokens

/// The gateway as a client of one provider: each step of a sign-in is a function of it, in a file of its own.
///
/// It keeps nothing between the steps; what has to be known later travels in the sealed ``SignInAttempt`` or is
/// stored with the session.
public struct RelyingParty: Sendable {
    public let client: ClientRegistration
    public let remote: RemoteProvider
    let http: any OutboundHTTP
    /// How long the claims of an ID token are kept that renewals do not bring anew.
    let claimsLifetime: Duration
    let now: @Sendable () -> Timestamp

    /// - Parameter claimsLifetime: how long the claims of an ID token are kept that renewals do not bring anew.
    public init(
        _ client: ClientRegistration, remote: RemoteProvider, http: any OutboundHTTP, claimsLifetime: Duration,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.client = client
        self.remote = remote
        self.http = http
        self.claimsLifetime = claimsLifetime
        self.now = now
    }

    public var id: ProviderID { client.provider.id }

    /// The provider's conditions with the keys that count now: the configuration's, or else the discovered ones.
    public var trusted: TrustedProvider {
        trusted(remote.reading)
    }

    private func trusted(_ reading: KeyReading) -> TrustedProvider {
        var provider = client.provider
        if provider.keys == nil { provider.keys = reading.keys }
        return provider
    }

    /// Judges a token, and once more where the provider may have other keys by now: none fits, none is there, or the
    /// signature is not that of a key, which may have been replaced under the same `kid`.
    ///
    /// - Parameter asker: where the token came from.
    func judge<Outcome>(
        from asker: KeyAsker, _ patience: SingleFlight.Patience,
        by verify: (TrustedProvider) throws(TokenRefusal) -> Outcome
    ) async throws(TokenRefusal) -> Outcome {
        guard client.provider.keys == nil else { return try verify(client.provider) }
        await remote.refreshIfNeeded(patience)
        let reading = remote.reading
        do throws(TokenRefusal) {
            return try verify(trusted(reading))
        } catch {
            guard error.reason.mayBeOfNewKeys else { throw error }
            await remote.learnKeys(for: asker, beyond: reading.version, patience)
            return try verify(trusted(remote.reading))
        }
    }

    /// Begins a sign-in: where the browser has to go.
    ///
    /// - Parameters:
    ///   - asksWho: has the provider ask who one is, although it may know somebody.
    ///   - box: seals the attempt into `state`.
    public func begin(
        _ attempt: SignInAttempt, loginHint: String?, asksWho: Bool = false, sealingWith box: SealedBox
    ) async throws(SignInFailure) -> AuthorizationRequest {
        let metadata = try await metadata()
        do throws(CryptographyError) {
            return try AuthorizationRequest(
                attempt, state: try attempt.sealed(in: box), loginHint: loginHint, asksWho: asksWho, client: client,
                metadata: metadata)
        } catch {
            throw SignInFailure(.stateInvalid, "the attempt could not be sealed: \(error)")
        }
    }

    func metadata() async throws(SignInFailure) -> ProviderMetadata {
        guard let metadata = await remote.metadata() else {
            throw SignInFailure(.providerUnavailable, "the discovery document cannot be had")
        }
        return metadata
    }

    var tokenEndpoint: TokenEndpoint {
        get async throws(SignInFailure) {
            TokenEndpoint(client: client, metadata: try await metadata(), policy: remote.policy, http: http)
        }
    }

    /// Verifies an ID token that the token endpoint sent.
    func verify(_ token: String, _ expected: IDTokenExpectations) async throws(TokenRefusal) -> VerifiedClaims {
        try await judge(from: .provider, .whole) { trusted throws(TokenRefusal) in
            try IDTokenVerifier(trusted, clientID: client.clientID).verify(token, expected, at: now())
        }
    }
}
