public import Cryptography
internal import DemoSites
public import HTTPMessage
internal import JSON
internal import Synchronization
internal import Text
public import Time

/// A small OpenID provider for the demo and for tests. Users sign in as any account without a password.
///
/// The provider is a function of requests and uses no sockets. ``DemoServer`` serves it, on loopback only.
public final class DemoProvider: Sendable {
    /// The provider's URL: scheme, host and port.
    public let issuer: String
    public let people: [DemoPerson]
    let clients: [DemoClient]
    let key: SigningKey
    let keyID: String
    let state = Mutex(DemoState())

    /// - Parameters:
    ///   - key: the key that signs ID tokens, with RS256 or ES256 by its kind.
    ///   - keyID: the key's `kid`.
    public init(issuer: String, clients: [DemoClient], people: [DemoPerson], key: SigningKey, keyID: String) {
        self.issuer = issuer
        self.clients = clients
        self.people = people
        self.key = key
        self.keyID = keyID
    }

    /// Responds to one request.
    ///
    /// - Parameter field: returns the value of a field of the request.
    public func answer(
        _ method: Method, _ target: Target, field: (FieldName) -> String?, body: [UInt8], at now: Timestamp
    ) -> Response {
        switch (method, target.path) {
        case (.get, "/"): return DemoPages.welcome(people)
        case (.get, "/style.css"): return DemoPage.stylesheet
        case (.get, "/.well-known/openid-configuration"): return json(.ok, configuration)
        case (.get, "/jwks"): return json(.ok, keySet)
        case (.get, "/authorize"):
            return authorize(target.queryItems ?? [], cookie: cookie(field(.cookie)), at: now)
        case (.post, "/authorize"): return decide(FormEncoding.items(body) ?? [], at: now)
        case (.post, "/token"): return token(FormEncoding.items(body) ?? [], field(.authorization), at: now)
        case (.get, "/userinfo"): return userinfo(field(.authorization), at: now)
        case (.get, "/logout"): return logout(target.queryItems ?? [], cookie: cookie(field(.cookie)))
        case (.post, "/logout"): return logout(FormEncoding.items(body) ?? [], cookie: cookie(field(.cookie)))
        default: return DemoPages.message(Status(404), "Page not found", "Open the gateway's address to begin.")
        }
    }

    /// Revokes a user's refresh tokens and ends their browser sessions.
    public func revoke(_ person: String) { state.withLock { $0.revoke(person) } }

    static let cookieName = "demo-provider"

    private func cookie(_ field: String?) -> String? {
        field?.split(at: ";").lazy
            .compactMap { $0.trimmingBlanks().dropping(exactly: "\(DemoProvider.cookieName)=") }.first
            .map { String($0) }
    }

    // MARK: Metadata

    private var configuration: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 1500)
        func list(_ name: String, _ values: [String]) {
            writer.name(name)
            writer.beginArray()
            for value in values { writer.string(value) }
            writer.endArray()
        }
        writer.beginObject()
        writer.member("issuer", issuer)
        for (name, path) in [
            ("authorization_endpoint", "/authorize"), ("token_endpoint", "/token"), ("userinfo_endpoint", "/userinfo"),
            ("jwks_uri", "/jwks"), ("end_session_endpoint", "/logout"),
        ] { writer.member(name, issuer + path) }
        list("response_types_supported", ["code"])
        list("response_modes_supported", ["query", "form_post"])
        list("grant_types_supported", ["authorization_code", "refresh_token"])
        list("subject_types_supported", ["public"])
        list("id_token_signing_alg_values_supported", [algorithm.rawValue])
        list("token_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post", "none"])
        list("code_challenge_methods_supported", ["S256"])
        list("scopes_supported", ["openid", "profile", "email", "groups", "offline_access"])
        list("claims_supported", ["sub", "name", "email", "email_verified", "groups", "auth_time", "acr", "sid"])
        writer.member("authorization_response_iss_parameter_supported", true)
        writer.endObject()
        return writer.bytes
    }

    var algorithm: SignatureAlgorithm { key.kind == .rsa ? .rs256 : .es256 }

    private var keySet: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 600)
        writer.beginObject()
        writer.name("keys")
        writer.beginArray()
        writer.beginObject()
        writer.member("kty", key.kind == .rsa ? "RSA" : "EC")
        if key.kind != .rsa { writer.member("crv", key.kind.rawValue) }
        writer.member("use", "sig")
        writer.member("alg", algorithm.rawValue)
        writer.member("kid", keyID)
        for parameter in (try? key.publicParameters()) ?? [] {
            writer.member(parameter.name, Base64URL.encode(parameter.bytes))
        }
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    func json(_ status: Status, _ body: [UInt8]) -> Response {
        let fields = Fields([(.contentType, "application/json"), (.cacheControl, "no-store")])
        return Response(status, fields: fields, body: body)
    }
}
