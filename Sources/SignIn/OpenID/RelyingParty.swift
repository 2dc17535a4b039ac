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
    let methods = SecretMethodMemory()
    /// Of the request that is served, for the log.
    public private(set) var requestID: String?

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

    /// The same, where what happens is logged under a request's id.
    public func serving(_ requestID: String?) -> RelyingParty {
        var party = self
        party.requestID = requestID
        return party
    }

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
        await remote.refreshIfNeeded(patience, for: requestID)
        let reading = remote.reading
        do throws(TokenRefusal) {
            return try verify(trusted(reading))
        } catch {
            guard error.reason.mayBeOfNewKeys else { throw error }
            await remote.learnKeys(for: asker, beyond: reading.version, patience, requestID: requestID)
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
        let url = try await endpoint(.authorization)
        // What the end of the sign-in needs is asked for before the user is sent away.
        _ = try await endpoint(.token)
        if client.provider.keys == nil { _ = try await endpoint(.keys) }
        do throws(CryptographyError) {
            return try AuthorizationRequest(
                attempt, at: url, state: try attempt.sealed(in: box),
                loginHint: loginHint, asksWho: asksWho, client: client)
        } catch {
            throw SignInFailure(.stateInvalid, "the attempt could not be sealed: \(error)")
        }
    }

    func metadata() async throws(SignInFailure) -> ProviderMetadata {
        do throws(ProviderFault) {
            return try await remote.metadata(for: requestID)
        } catch {
            throw SignInFailure(error)
        }
    }

    private func endpoint(_ endpoint: ProviderMetadata.Endpoint) async throws(SignInFailure) -> AbsoluteURL {
        let metadata = try await metadata()
        do throws(ProviderFault) {
            return try metadata.required(endpoint)
        } catch {
            throw SignInFailure(error)
        }
    }

    var tokenEndpoint: TokenEndpoint {
        get async throws(SignInFailure) {
            TokenEndpoint(url: try await endpoint(.token), metadata: try await metadata(), party: self)
        }
    }

    /// Verifies an ID token that the token endpoint sent.
    func verify(_ token: String, _ expected: IDTokenExpectations) async throws(TokenRefusal) -> VerifiedClaims {
        try await judge(from: .provider, .whole) { trusted throws(TokenRefusal) in
            try IDTokenVerifier(trusted, clientID: client.clientID).verify(token, expected, at: now())
        }
    }
}
