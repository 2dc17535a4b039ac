import Configuration
import Cryptography
import GatehouseTesting

/// The settings file of a gateway whose users sign in at the provider `idp`. Acme and Globex list it.
struct SettingsText {
    static let issuer = "http://127.0.0.1:9"
    /// The issuer of the second provider, which is used if a configuration names it.
    static let otherIssuer = "http://127.0.0.1:7"
    static let origin = "http://127.0.0.1:8080"

    /// The kind of the providers' signing keys.
    var key = KeyKind.p256
    var publicURL = SettingsText.origin
    /// Whether the provider issues refresh tokens.
    var isRenewable = false
    /// Additional members of the provider, each with a comma before it.
    var providerSettings = ""
    /// Further providers, each with a comma before it.
    var secondProvider = ""
    /// Additional members of the whole configuration, each with a comma before it.
    var settings = ""

    /// A second sign-in provider, `other`, with additional members.
    static func otherProvider(_ members: String = "") -> String {
        """
        , {"id": "other", "issuer": "\(otherIssuer)", "insecure_allow_http": true, "client_id": "x"\(members)}
        """
    }

    var json: String {
        """
        {"public_url": "\(publicURL)", "listen": "127.0.0.1:8080", "storage": "sqlite:store.db",
         "secret_key": {"env": "KEY"},
         "providers": [{"id": "idp", "issuer": "\(SettingsText.issuer)", "insecure_allow_http": true,
           "client_id": "gatehouse client", "client_secret": {"env": "SECRET"},
           "scopes": ["openid", "profile", "email", "groups"\(isRenewable ? ", \"offline_access\"" : "")],
           "email_domains": ["acme.example"]\(providerSettings)}\(secondProvider)],
         "organizations": [
           {"id": "acme", "name": "Acme", "providers": ["idp"], "claim_mappings": [
             {"claim_name": "email", "claim_value": "ceo@acme.example", "role": "organization-manager"},
             {"claim_name": "groups", "claim_value": "acme-viewers", "role": "organization-viewer"}]},
           {"id": "globex", "name": "Globex", "providers": ["idp"], "claim_mappings": [
             {"claim_name": "groups", "claim_value": "globex", "role": "organization-manager"}]}]\(settings)}
        """
    }

    static let inventory = """
        {"roles":[{"id":"owner","name":"Owner","scopes":["playbook.write"]}],"workspaces":[{"id":"soc","name":"SOC <1>",
        "created_at":"2025-01-01T00:00:00Z","workflows":[],"runners":[],"members":[{"email":"o@acme.example","name":"O",
        "roles":["owner"],"status":"active"}]}]}
        """

    /// - Parameter environment: additional environment variables.
    static func load(
        _ text: String, in directory: TemporaryDirectory, _ environment: [String: String] = [:]
    ) throws -> Settings {
        let own = [
            "KEY": Base64.encode(Array(repeating: 7, count: 32)),
            "OTHER_KEY": Base64.encode(Array(repeating: 8, count: 32)), "SECRET": SignInProviders.secret,
        ]
        return try SettingsFile.load(
            path: directory.file("gatehouse.jsonc", text), environment: own.merging(environment) { _, new in new })
    }
}
