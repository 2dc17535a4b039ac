import Configuration
import Cryptography
import Demo
import Glibc
import Sockets

/// The directory of a soak test, with keys, a configuration and the store. It is removed when the test ends.
final class SoakFiles {
    static let audience = "api://soak"
    static let clientID = "soak"
    static let keyID = "soak-1"

    let directory: String
    let listen: SocketAddress
    let adminListen: SocketAddress
    let providerListen: SocketAddress
    let key: SigningKey
    /// Secret key that seals claims in the store.
    let secret: [UInt8]
    private let clientSecret: String

    var configurationPath: String { "\(directory)/gatehouse.jsonc" }
    var storePath: String { "\(directory)/store.db" }
    var publicURL: String { "http://\(listen)" }
    var issuer: String { "http://\(providerListen)" }

    init() throws {
        var template = Array("/tmp/gatehouse-soak-XXXXXX".utf8CString)
        // mkdtemp changes the template in place, within its length.
        guard unsafe mkdtemp(&template) != nil else { throw SoakError("cannot create a directory in /tmp") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let any = SocketAddress(host: "127.0.0.1", port: 0)
        (listen, adminListen, providerListen) = (try any.free(), try any.free(), try any.free())
        key = try SigningKey.generate(.p256)
        secret = try RandomBytes.make(32)
        clientSecret = Base64URL.encode(try RandomBytes.make(24))
        try write(Base64.encode(secret), to: "secret.key")
        try write(clientSecret, to: "client-secret")
        let parameters = try key.publicParameters().map { "\"\($0.name)\":\"\(Base64URL.encode($0.bytes))\"" }
        try write(
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"\(SoakFiles.keyID)\",\(parameters.joined(separator: ","))}]}",
            to: "keys.json")
        try write(configuration, to: "gatehouse.jsonc")
    }

    deinit {
        for name in [
            "secret.key", "client-secret", "keys.json", "gatehouse.jsonc", "gateway.log", "store.db", "store.db-wal",
            "store.db-shm",
        ] { unsafe unlink("\(directory)/\(name)") }
        unsafe rmdir(directory)
    }

    /// Returns a provider at which all users of ``SoakPeople`` can sign in.
    func provider() -> DemoProvider {
        DemoProvider(
            issuer: issuer,
            clients: [
                DemoClient(
                    id: SoakFiles.clientID, secret: clientSecret,
                    redirectURIs: ["\(publicURL)/auth/callback", "\(publicURL)/auth/callback/demo"])
            ], people: SoakPeople.all, key: key, keyID: SoakFiles.keyID)
    }

    private func write(_ text: String, to name: String) throws {
        let path = "\(directory)/\(name)"
        guard let file = unsafe fopen(path, "w") else { throw SoakError("\(path) cannot be written") }
        unsafe fputs(text, file)
        unsafe fclose(file)
        unsafe chmod(path, 0o600)
    }

    // Sessions are renewed after ten seconds, the shortest allowed time, so that the load includes renewals.
    private var configuration: String {
        """
        { "public_url": "\(publicURL)", "listen": "\(listen)", "admin_listen": "\(adminListen)",
          "storage": "sqlite:store.db", "secret_key": { "file": "secret.key" },
          "sessions": { "revalidate": "10s" }, "invitations": { "per_day": 1000000 },
          "providers": [{ "id": "demo", "issuer": "\(issuer)", "insecure_allow_http": true,
            "client_id": "\(SoakFiles.clientID)", "client_secret": { "file": "client-secret" },
            "scopes": ["openid", "profile", "email", "groups", "offline_access"],
            "audiences": ["\(SoakFiles.audience)"], "keys": "keys.json", "email_domains": ["acme.example"] }],
          "organizations": [{ "id": "acme", "name": "Acme", "providers": ["demo"], "claim_mappings": [
            { "claim_name": "email", "claim_value": "manager@acme.example", "role": "organization-manager" },
            { "claim_name": "groups", "claim_value": "soc-*", "match": "glob", "role": "organization-viewer" }] }] }
        """
    }
}

struct SoakError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The users who sign in.
enum SoakPeople {
    static let manager = DemoPerson(
        id: "manager", name: "Manager", email: "manager@acme.example", groups: ["everyone"])

    static let viewers = (0..<500).map { number in
        DemoPerson(
            id: "viewer-\(number)", name: "Viewer \(number)", email: "viewer-\(number)@acme.example",
            groups: ["everyone", "soc-\(number % 7)"])
    }

    /// Users without a role. Each of their sign-ins is denied.
    static let strangers = (0..<50).map { number in
        DemoPerson(
            id: "stranger-\(number)", name: "Stranger \(number)", email: "stranger-\(number)@elsewhere.example",
            groups: ["everyone"])
    }

    static let all = [manager] + viewers + strangers
}
