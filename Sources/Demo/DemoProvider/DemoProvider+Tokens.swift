internal import Cryptography
internal import HTTPMessage
internal import JSON
internal import Synchronization
internal import Text
internal import Time

extension DemoProvider {
    /// The token endpoint (RFC 6749, sections 4.1.3 and 6).
    func token(_ items: [(name: String, value: String)], _ authorization: String?, at now: Timestamp) -> Response {
        let values = Dictionary(items.map { (ExactText($0.name), $0.value) }, uniquingKeysWith: { first, _ in first })
        guard values.count == items.count else { return refuse("invalid_request") }
        guard let client = client(values, authorization) else { return refuse("invalid_client", Status(401)) }
        let grant: DemoState.Grant?
        switch values["grant_type"] {
        case "authorization_code":
            grant = state.withLock { $0.takeCode(values["code"] ?? "", at: now) }
            guard let grant, grant.redirectURI.isExactly(values["redirect_uri"] ?? ""),
                let verifier = values["code_verifier"], let hash = try? Digest.sha256(Array(verifier.utf8)),
                Base64URL.encode(hash).isExactly(grant.challenge)
            else { return refuse("invalid_grant") }
        case "refresh_token":
            grant = state.withLock { $0.takeRefreshToken(values["refresh_token"] ?? "", at: now) }
        default: return refuse("unsupported_grant_type")
        }
        guard let grant, grant.clientID == client.id, let person = people.first(where: { $0.id == grant.person }) else {
            return refuse("invalid_grant")
        }
        let isFirst = values["grant_type"] == "authorization_code"
        guard let answer = try? tokens(grant, person, withNonce: isFirst, at: now) else {
            return refuse("server_error", .internalServerError)
        }
        return json(.ok, answer)
    }

    // RFC 6749, section 2.3.1: credentials are in the Authorization field or in the form, never both.
    private func client(_ values: [ExactText: String], _ authorization: String?) -> DemoClient? {
        var (id, secret) = (values["client_id"], values["client_secret"])
        if let authorization {
            guard secret == nil,
                let pair = authorization.dropping(exactly: "Basic ").flatMap({ Base64.decode(String($0)) })
            else { return nil }
            let parts = pair.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            id = Target.percentDecoded(parts[0], plusIsSpace: true)
            secret = Target.percentDecoded(parts[1], plusIsSpace: true)
        }
        guard let client = clients.first(where: { $0.id.isExactly(id ?? "") }) else { return nil }
        guard let expected = client.secret else { return secret == nil ? client : nil }
        return secret.map { isEqualInConstantTime(Array($0.utf8), Array(expected.utf8)) } == true ? client : nil
    }

    private func tokens(
        _ grant: DemoState.Grant, _ person: DemoPerson, withNonce: Bool, at now: Timestamp
    ) throws -> [UInt8] {
        let accessToken = try state.withLock { state throws(CryptographyError) in
            try state.makeAccessToken(grant, at: now)
        }
        let hash = try Digest.sha256(Array(accessToken.utf8))
        var claims = JSONWriter(reservingCapacity: 700)
        claims.beginObject()
        claims.member("iss", issuer)
        claims.member("aud", grant.clientID)
        claims.member("iat", Int(now.seconds))
        claims.member("exp", Int(now.seconds) + 300)
        claims.member("auth_time", Int(grant.authenticatedAt.seconds))
        claims.member("at_hash", Base64URL.encode(hash.prefix(16)))
        claims.member("sid", grant.session)
        if withNonce, let nonce = grant.nonce { claims.member("nonce", nonce) }
        if let context = grant.contextClass { claims.member("acr", context) }
        DemoProvider.write(person, for: grant.scopes, to: &claims)
        claims.endObject()
        var writer = JSONWriter(reservingCapacity: 2000)
        writer.beginObject()
        writer.member("access_token", accessToken)
        writer.member("token_type", "Bearer")
        writer.member("expires_in", 300)
        writer.member("id_token", try sign(claims.bytes))
        if grant.scopes.contains(exactly: "offline_access") {
            let next = try state.withLock { state throws(CryptographyError) in
                try state.makeRefreshToken(grant, at: now)
            }
            writer.member("refresh_token", next)
        }
        writer.endObject()
        return writer.bytes
    }

    /// Signs claims as a compact JWS with the provider's key.
    public func sign(_ claims: [UInt8]) throws -> String {
        let header = "{\"alg\":\"\(algorithm.rawValue)\",\"typ\":\"JWT\",\"kid\":\"\(keyID)\"}"
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims)
        return try signed + "." + Base64URL.encode(key.sign(Array(signed.utf8), algorithm))
    }

    // OpenID Connect Core 1.0, section 5.4
    private static func write(_ person: DemoPerson, for scopes: [String], to writer: inout JSONWriter) {
        writer.member("sub", person.id)
        if scopes.contains(exactly: "profile") { writer.member("name", person.name) }
        if scopes.contains(exactly: "email") {
            writer.member("email", person.email)
            writer.member("email_verified", person.isEmailVerified)
        }
        guard scopes.contains(exactly: "groups") else { return }
        writer.name("groups")
        writer.beginArray()
        for group in person.groups { writer.string(group) }
        writer.endArray()
    }

    /// The userinfo endpoint (OpenID Connect Core 1.0, section 5.3).
    func userinfo(_ authorization: String?, at now: Timestamp) -> Response {
        guard let token = authorization?.dropping(exactly: "Bearer "),
            let grant = state.withLock({ $0.grant(ofAccessToken: String(token), at: now) }),
            let person = people.first(where: { $0.id == grant.person })
        else { return refuse("invalid_token", .unauthorized) }
        var writer = JSONWriter()
        writer.beginObject()
        DemoProvider.write(person, for: grant.scopes, to: &writer)
        writer.endObject()
        return json(.ok, writer.bytes)
    }

    private func refuse(_ error: String, _ status: Status = .badRequest) -> Response {
        json(status, Array("{\"error\":\"\(error)\"}".utf8))
    }
}
