internal import Cryptography
internal import HTTPMessage
internal import Time

/// One method of client authentication in a token request (RFC 6749, section 2.3; RFC 7523, section 2.2).
enum ClientProof {
    /// `client_secret_basic`
    case field(Secret)
    /// `client_secret_post`
    case form(Secret)
    /// `private_key_jwt`
    case assertion(String)
    case none

    /// Creates the proof that the configuration selects.
    ///
    /// - Parameter endpoint: the token endpoint.
    init(
        _ client: ClientRegistration, for endpoint: AbsoluteURL, _ metadata: ProviderMetadata, at now: Timestamp
    ) throws(SignInError) {
        switch client.authentication {
        case .discovered(let secret), .basic(let secret): self = .field(secret)
        case .post(let secret): self = .form(secret)
        case .none: self = .none
        case .privateKey(let key):
            do throws(CryptographyError) {
                self = .assertion(
                    try ClientAssertion.make(
                        client.clientID, for: endpoint, signedWith: key, supported: metadata.tokenSigningAlgorithms,
                        at: now))
            } catch {
                throw SignInError(.clientRefused, "signing with client_key failed: \(error)")
            }
        }
    }

    // Both parts are form-urlencoded before they are joined, so that a colon in the id does not split the pair. A space
    // is written as %20, which providers that know only percent-encoding also decode (RFC 6749, section 2.3.1).
    private static func credentials(_ clientID: String, _ secret: Secret) -> String {
        Base64.encode(Array("\(FormEncoding.encode(clientID)):\(FormEncoding.encode(secret.text))".utf8))
    }

    /// Returns the value of the `Authorization` field, or nil for other methods.
    func field(of clientID: String) -> String? {
        guard case .field(let secret) = self else { return nil }
        return "Basic \(ClientProof.credentials(clientID, secret))"
    }

    func parameters(of clientID: String) -> [(name: String, value: String)] {
        switch self {
        case .field: []
        case .form(let secret): [("client_id", clientID), ("client_secret", secret.text)]
        case .assertion(let token):
            [
                ("client_id", clientID), ("client_assertion_type", ClientAssertion.type),
                ("client_assertion", token),
            ]
        case .none: [("client_id", clientID)]
        }
    }

    /// Returns the secrets that the log must not show.
    func secrets(of clientID: String) -> [String] {
        switch self {
        case .field(let secret): [secret.text, ClientProof.credentials(clientID, secret)]
        case .form(let secret): [secret.text]
        case .assertion(let token): [token]
        case .none: []
        }
    }
}
