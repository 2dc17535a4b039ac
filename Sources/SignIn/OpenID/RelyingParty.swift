public import Cryptography
public import HTTPClient
internal import JSON
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
        var provider = client.provider
        if provider.keys == nil { provider.keys = remote.keys }
        return provider
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

    /// Verifies an ID token. Where its key is not known, the keys are fetched anew; so they are where the signature is
    /// not that of a key without an id, for the provider may have changed the key since.
    func verify(_ token: String, _ expected: IDTokenExpectations) async throws(TokenRefusal) -> VerifiedClaims {
        if client.provider.keys == nil { await remote.refreshIfNeeded() }
        do throws(TokenRefusal) {
            return try IDTokenVerifier(trusted, clientID: client.clientID).verify(token, expected, at: now())
        } catch {
            let mayBeNew: Set<TokenReason> = [.keyNotFound, .keysUnavailable, .signatureInvalid]
            guard client.provider.keys == nil, mayBeNew.contains(error.reason) else { throw error }
            await remote.refreshForUnknownKey()
            return try IDTokenVerifier(trusted, clientID: client.clientID).verify(token, expected, at: now())
        }
    }
}
