public import Cryptography
internal import DemoApplication
public import DemoProvider
internal import Files
internal import Glibc
internal import JSON
public import Server
internal import SignInFlow
internal import Text
internal import Web

/// The files in the demo's directory: its signing key, the public half as a key set, the store, and a sample
/// configuration. The configuration is rewritten at every start.
public struct DemoFiles {
    public let directory: String
    public let key: SigningKey
    /// The demo provider's URL, which is the issuer of its tokens.
    public let providerURL: String
    /// The gateway's URL for browsers.
    let publicURL: String
    private let clientSecret: String

    public var configurationPath: String { directory + "/gatehouse.jsonc" }

    /// Creates the files that are missing. The private key is readable by its owner only.
    ///
    /// - Parameters:
    ///   - folder: the directory of the files. It is locked, so that no other demo reads the rewritten configuration.
    ///   - listen: the gateway's address as `host:port`, for the configuration.
    ///   - adminListen: the admin listener's address as `host:port`.
    ///   - providerListen: the demo provider's address as `host:port`.
    ///   - applicationListen: the demo application's address as `host:port`.
    ///   - mailServer: the mail server's URL; nil if links are shown instead of sent.
    public init(
        in folder: DemoFolder, listen: String, adminListen: String, providerListen: String,
        applicationListen: String, mailServer: String? = nil
    ) throws(StartError) {
        let directory = folder.path
        self.directory = directory
        publicURL = "http://\(listen)"
        providerURL = "http://\(providerListen)"
        let keyPath = directory + "/demo-provider.pem"
        do {
            if FileContent.exists(keyPath) {
                let text = try FileContent.read(keyPath, atMost: 1 << 16)
                key = try SigningKey(pem: String(decoding: text, as: UTF8.self))
            } else {
                key = try SigningKey.generate(.rsa)
                try DemoFiles.write(key.pem(), to: keyPath, mode: 0o600)
            }
            try DemoFiles.write(
                DemoFiles.keySet(of: key), to: directory + "/demo-provider.jwks.json", mode: 0o644)
        } catch let failure as StartError {
            throw failure
        } catch {
            throw StartError(
                "\(keyPath): the demo's signing key cannot be used (\(error)); remove it to create a new one")
        }
        _ = try DemoFiles.secret("\(directory)/secret.key") { Base64.encode($0) }
        clientSecret = try DemoFiles.secret("\(directory)/client-secret") { Base64URL.encode($0) }
        let configuration = DemoFiles.configuration(
            listen: listen, adminListen: adminListen, providerURL: providerURL,
            applicationListen: applicationListen, mailServer: mailServer)
        try DemoFiles.write(configuration, to: configurationPath, mode: 0o644)
    }

    /// Returns the text of a file of random bytes. The file is created if it is missing.
    private static func secret(_ path: String, encode: ([UInt8]) -> String) throws(StartError) -> String {
        do {
            if FileContent.exists(path) {
                return String(decoding: try FileContent.read(path, atMost: 1 << 12), as: UTF8.self)
            }
            let text = encode(try RandomBytes.make(32))
            try write(text, to: path, mode: 0o600)
            return text
        } catch {
            throw StartError("\(path): cannot be used (\(error)); remove it to create a new one")
        }
    }

    /// The demo provider with the demo's users, and the gateway as its client.
    public func makeProvider() -> DemoProvider {
        DemoProvider(
            issuer: providerURL,
            clients: [
                DemoClient(
                    id: DemoTokens.clientID, secret: clientSecret,
                    redirectURIs: [publicURL + SignInPaths.callback.path(DemoTokens.providerID)],
                    postLogoutRedirectURIs: [publicURL + SignInPaths.signedOut.text])
            ], people: DemoTokens.people.compactMap(\.account), key: key, keyID: DemoTokens.keyID)
    }

    private static func keySet(of key: SigningKey) throws -> String {
        let parameters = try key.publicParameters().map { "\"\($0.name)\": \"\(Base64URL.encode($0.bytes))\"" }
        return
            "{ \"keys\": [{ \"kty\": \"RSA\", \"use\": \"sig\", \"alg\": \"RS256\", \"kid\": \"\(DemoTokens.keyID)\", "
            + parameters.joined(separator: ", ") + " }] }\n"
    }

    private static func write(_ text: String, to path: String, mode: UInt32) throws(StartError) {
        do throws(SystemError) {
            try FileContent.replace(path, with: Array(text.utf8), mode: mode)
        } catch {
            throw StartError("\(path): cannot be written: \(error.message)")
        }
    }

    static func configuration(
        listen: String, adminListen: String, providerURL: String, applicationListen: String, mailServer: String? = nil
    ) -> String {
        var quoted: [UInt8] = []
        if let mailServer { JSONWriter.append(quoted: mailServer, to: &quoted) }
        let mail =
            quoted.isEmpty
            ? ""
            : """

              "mail": { "from": "Gatehouse <no-reply@gatehouse.example>", "smtp": \(String(decoding: quoted, as: UTF8.self)) },
            """
        return """
            // The demo's configuration, written anew at every start. `gatehouse config reference` explains every setting.
            {
              "public_url": "http://\(listen)",
              "listen": "\(listen)",
              "admin_listen": "\(adminListen)",
              "storage": "sqlite:gatehouse.db",
              "secret_key": { "file": "secret.key" },\(mail)
              "providers": [{
                "id": "\(DemoTokens.providerID)",
                "issuer": "\(providerURL)",
                "insecure_allow_http": true,
                "client_id": "\(DemoTokens.clientID)",
                "client_secret": { "file": "client-secret" },
                "scopes": ["openid", "profile", "email", "groups", "offline_access"],
                "audiences": ["\(DemoTokens.audience)"],
                "keys": "demo-provider.jwks.json",
                "email_domains": ["acme.example", "globex.example"],
              }],
              "organizations": [
                {
                  "id": "acme", "name": "Acme Corporation",
                  "providers": ["\(DemoTokens.providerID)"],
                  "claim_mappings": [
                    { "claim_name": "email", "claim_value": "ceo@acme.example", "role": "organization-manager" },
                    { "claim_name": "groups", "claim_value": "acme-soc-*", "match": "glob", "role": "organization-viewer" },
                    { "claim_name": "/realm_access/roles", "claim_value": "acme-inventory", "role": "inventory-publisher" },
                  ],
                  "license": { "workflows": 200, "nested_workflows": 200, "workflow_editors": 50, "case_operators": 50, "runners": 25 },
                },
                {
                  "id": "globex", "name": "Globex Logistics",
                  "providers": ["\(DemoTokens.providerID)"],
                  "claim_strategy": "highest_role",
                  "claim_mappings": [
                    { "claim_name": "groups", "claim_value": "globex-managers", "role": "organization-manager" },
                    { "claim_name": "/realm_access/roles", "claim_value": "globex-inventory", "role": "inventory-publisher" },
                  ],
                  "license": { "workflows": 120, "workflow_editors": 20, "runners": 24 },
                },
              ],
              // An application behind the gateway, which the demo serves too.
              "upstreams": [{
                "id": "\(DemoApplication.id)", "name": "\(DemoApplication.name)",
                "host": "\(DemoApplication.host)",
                "organization": "acme",
                "address": "http://\(applicationListen)",
                "access": [
                  { "path": "/health", "allow": "anyone" },
                  { "path": "/public/*", "allow": "anyone" },
                  { "path": "/finance/*", "allow": ["organization-manager"] },
                  { "path": "/emea/*", "allow": [{ "claim_name": "groups", "claim_value": "acme-soc-emea" }] },
                  { "path": "/*", "allow": ["organization-manager", "organization-viewer"] },
                ],
              }],
            }

            """
    }
}
