internal import Cryptography
internal import JSON
internal import SettingDeclarations
internal import Text

/// A method of client authentication at a token endpoint (OpenID Connect Core 1.0, section 9).
public enum TokenEndpointAuth: String, Sendable, Hashable, CaseIterable {
    case clientSecretBasic = "client_secret_basic"
    case clientSecretPost = "client_secret_post"
    case privateKeyJWT = "private_key_jwt"
    /// A public client.
    case publicClient = "none"
}

extension SettingKind<SigningKey> {
    /// A private key in PEM, given by reference like every secret.
    static var signingKey: SettingKind {
        let noun = "a private key in unencrypted PEM, as \(SettingReader.secretNoun)"
        return SettingKind(
            noun, good: ["{\"file\": \"client.key.pem\"}"],
            wrong: SettingReader.wrongSecrets + ["{\"env\": \"A_SECRET\"}"],
            schema: SettingReader.writeSecretSchema
        ) { value, path, reader in
            guard let secret = SettingKind<Secret>.secret.read(value, path, reader) else { return nil }
            do throws(CryptographyError) {
                let key = try SigningKey(pem: secret.text)
                _ = try key.verificationKey()
                return key
            } catch {
                reader.fault(
                    at: value, path, "must be \(noun): RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519")
                return nil
            }
        }
    }
}
