public import Cryptography
public import HTTPClient
internal import HTTPMessage
public import Identities
internal import JSON
internal import Snapshots
public import Time
public import Tokens

/// The gateway as a client of one provider. Each step of a sign-in is a method in its own file.
///
/// The relying party keeps no state between the steps. Later steps read the sealed ``SignInAttempt`` or the stored
/// session.
public struct RelyingParty: Sendable {
    public let client: ClientRegistration
    public let remote: RemoteProvider
    let http: any OutboundHTTP
    /// The maximum age of ID token claims that renewals do not confirm.
    let claimsLifetime: Duration
    let now: @Sendable () -> Timestamp
    let methods = SecretMethodMemory()
    /// The id of the current request, for the log.
    public private(set) var requestID: String?

    /// - Parameter claimsLifetime: the maximum age of ID token claims that renewals do not confirm.
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

    /// Returns a copy that logs events under a request's id.
    public func serving(_ requestID: String?) -> RelyingParty {
        var party = self
        party.requestID = requestID
        return party
    }

    /// The conditions on the provider's tokens, with its current keys: the configured ones, otherwise the discovered
    /// ones.
    public var trusted: TrustedProvider {
        trusted(remote.reading)
    }

    private func trusted(_ reading: KeyReading) -> TrustedProvider {
        var provider = client.provider
        if provider.keys == nil { provider.keys = reading.keys }
        return provider
    }

    /// Verifies a token, and retries if the provider may have new keys: no key fits, no keys are known, or the
    /// signature is invalid. A key may have been replaced under an unchanged `kid`.
    ///
    /// - Parameter asker: the source of the token.
    func verify<Outcome>(
        from asker: KeyAsker, _ patience: SingleFlight.Patience,
        by body: (TrustedProvider) throws(TokenRefusal) -> Outcome
    ) async throws(TokenRefusal) -> Outcome {
        guard client.provider.keys == nil else { return try body(client.provider) }
        await remote.refreshIfNeeded(patience, for: requestID)
        let reading = remote.reading
        do throws(TokenRefusal) {
            return try body(trusted(reading))
        } catch {
            guard error.reason.mayBeOfNewKeys else { throw error }
            await remote.learnKeys(for: asker, beyond: reading.version, patience, requestID: requestID)
            return try body(trusted(remote.reading))
        }
    }

    /// Begins a sign-in. Returns the redirect to the provider.
    ///
    /// - Parameters:
    ///   - asksWho: true if the provider should show an account selection even if it has a session.
    ///   - box: the box that seals the attempt into `state`.
    public func begin(
        _ attempt: SignInAttempt, loginHint: String?, asksWho: Bool = false, sealingWith box: SealedBox
    ) async throws(SignInError) -> AuthorizationRequest {
        let url = try await endpoint(.authorization)
        // The endpoints for the last step of the sign-in are checked before the user is redirected.
        _ = try await endpoint(.token)
        if client.provider.keys == nil { _ = try await endpoint(.keys) }
        do throws(CryptographyError) {
            return try AuthorizationRequest(
                attempt, at: url, state: try attempt.sealed(in: box),
                loginHint: loginHint, asksWho: asksWho, client: client)
        } catch {
            throw SignInError(.stateInvalid, "the attempt could not be sealed: \(error)")
        }
    }

    func metadata() async throws(SignInError) -> ProviderMetadata {
        do throws(ProviderError) {
            return try await remote.metadata(for: requestID)
        } catch {
            throw SignInError(error)
        }
    }

    private func endpoint(_ endpoint: ProviderMetadata.Endpoint) async throws(SignInError) -> AbsoluteURL {
        let metadata = try await metadata()
        do throws(ProviderError) {
            return try metadata.required(endpoint)
        } catch {
            throw SignInError(error)
        }
    }

    var tokenEndpoint: TokenEndpoint {
        get async throws(SignInError) {
            TokenEndpoint(url: try await endpoint(.token), metadata: try await metadata(), party: self)
        }
    }

    /// Verifies an ID token from the token endpoint.
    func verify(_ token: String, _ expected: IDTokenExpectations) async throws(TokenRefusal) -> VerifiedClaims {
        try await verify(from: .provider, .whole) { trusted throws(TokenRefusal) in
            try IDTokenVerifier(trusted, clientID: client.clientID).verify(token, expected, at: now())
        }
    }
}
