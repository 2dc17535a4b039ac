import Cryptography
import Files
import SettingDeclarations

@testable import Configuration

/// The files and variables that test configurations refer to.
enum TestFiles {
    static let key = Base64.encode(Array(repeating: 7, count: 32))

    static let jwks = #"""
        {"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
        """#

    /// The private key of RFC 8410, section 10.3.
    static let clientKey = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """

    static let files: [String: String] = [
        "secret.key": key + "\n", "a.secret": "hello\r\n", "empty": "\n", "keys.jwks.json": jwks,
        "keys/acme.jwks.json": jwks, "private.jwk": #"{"kty":"oct","k":"AAAA"}"#,
        "client.key.pem": clientKey,
        "tls/fullchain.pem": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "tls/key.pem": "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "ca.pem": "-----BEGIN CERTIFICATE-----\n", "acme-ca.pem": "-----BEGIN CERTIFICATE-----\n",
    ]

    static let environment = [
        "A_SECRET": "hello", "A_KEY": key, "STORAGE": "sqlite:x.db", "ACME_SECRET": "s", "SMTP_PASSWORD": "p",
        "EMPTY": "", "POSTGRESQL": "postgresql://u@h/d?sslmode=verify-full",
    ]

    static let sources = SettingSources(
        environment: { environment[$0] },
        file: { (path, _) throws(FileError) -> [UInt8] in
            let prefix = "etc/"
            guard path.hasPrefix(prefix), let text = files[String(path.dropFirst(prefix.count))] else {
                throw FileError("no such file or directory")
            }
            return Array(text.utf8)
        }, exposure: { _ in nil })

    static func parse(_ text: String) throws(ConfigurationError) -> Settings {
        try SettingsFile.parse(Array(text.utf8), path: "etc/gatehouse.jsonc", sources: sources)
    }

    /// Returns the faults of a file; empty if it is valid.
    static func faults(_ text: String) -> [SettingIssue] {
        do throws(ConfigurationError) {
            _ = try parse(text)
            return []
        } catch {
            return error.faults
        }
    }

    /// Returns a valid file with these members besides the required ones.
    static func file(_ members: String, storage: String = #""sqlite:g.db""#) -> String {
        #"{"public_url": "https://a.example", "listen": "127.0.0.1:80", "storage": \#(storage), \#(members)}"#
    }
}
