internal import Caches
internal import Cryptography
public import HTTPMessage
internal import Identities
internal import JSON
internal import Snapshots
public import Time
public import Tokens

/// Makes the identity fields of requests to applications, with a signed assertion. An assertion is made once a minute for
/// a user of an application, and repeated in between. Each reactor has its own instance.
public struct AssertionSigner {
    /// How long an assertion is valid.
    static let lifetime: Duration = .seconds(300)
    /// How long an assertion is repeated.
    static let reuse: Duration = .seconds(60)

    /// What the fields depend on.
    private struct Key: Hashable {
        let claims: ObjectIdentifier
        let audience: String
        let session: String?
        let role: String?
    }

    private struct Made {
        /// Keeps the object alive, so that no other one gets its identifier.
        let claims: VerifiedClaims
        let fields: Fields
        let at: Timestamp
        let key: String
    }

    private let keys: AssertionKeys
    private var current: Published<AssertionKeySet>.Reading
    private var made = BoundedCache<Key, Made>(bytes: 8 << 20, entries: 4096)

    public init(_ keys: AssertionKeys) {
        self.keys = keys
        current = keys.current.read()
    }

    /// Forgets all assertions, because rules that they depend on have changed.
    public mutating func forget() { made.removeAll() }

    /// Returns the identity fields for a request.
    ///
    /// - Parameters:
    ///   - audience: the application's id.
    ///   - issuer: the gateway's origin.
    ///   - session: the id of the session at the application; nil for bearer tokens.
    ///   - role: the user's role, on which `identity` depends.
    ///   - identity: called if no assertion can be repeated.
    /// - Returns: nil if there is no key to sign with.
    public mutating func fields(
        for claims: VerifiedClaims, audience: String, issuer: String, session: String?, role: String?,
        at moment: Timestamp, _ identity: () -> AssertedIdentity?
    ) -> Fields? {
        keys.current.refresh(&current)
        guard let signing = current.value.signing(at: moment), let key = signing.key else { return nil }
        let place = Key(claims: ObjectIdentifier(claims), audience: audience, session: session, role: role)
        if let known = made.value(for: place), known.at <= moment, moment < known.at + AssertionSigner.reuse,
            known.key == signing.id
        {
            return known.fields
        }
        guard let identity = identity(), let id = try? RandomBytes.make(16) else { return nil }
        let payload = AssertionSigner.payload(
            identity, audience, issuer, session, Base64URL.encode(id), at: Timestamp(seconds: moment.seconds))
        let message = "\(Base64URL.encode(header(signing.id))).\(Base64URL.encode(payload))"
        guard let signature = try? key.sign(Array(message.utf8), .es256) else { return nil }
        let fields = IdentityFields.of(identity, "\(message).\(Base64URL.encode(signature))")
        made.insert(
            Made(claims: claims, fields: fields, at: moment, key: signing.id), for: place,
            bytes: fields.bytes.count + claims.memory)
        return fields
    }

    private func header(_ key: String) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 96)
        writer.beginObject()
        writer.member("alg", SignatureAlgorithm.es256.rawValue)
        writer.member("typ", "JWT")
        writer.member("kid", key)
        writer.endObject()
        return writer.bytes
    }

    private static func payload(
        _ identity: AssertedIdentity, _ audience: String, _ issuer: String, _ session: String?, _ id: String,
        at moment: Timestamp
    ) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 1024)
        writer.beginObject()
        writer.member("iss", issuer)
        writer.member("aud", audience)
        writer.member("sub", identity.user)
        writer.member("identity_issuer", identity.issuer)
        if let email = identity.email { writer.member("email", email) }
        // An address that is not verified is left out: an application could take it for the user's.
        writer.member("email_verified", identity.isEmailVerified)
        if let name = identity.name { writer.member("name", name) }
        switch identity.groups {
        case .known(let groups):
            writer.name("groups")
            writer.beginArray()
            for group in groups { writer.string(group) }
            writer.endArray()
        case .incomplete: writer.member("groups_incomplete", true)
        }
        writer.member("organization", identity.organization.text)
        if let role = identity.role { writer.member("role", role.rawValue) }
        if let session { writer.member("sid", session) }
        writer.member("iat", Int(moment.seconds))
        writer.member("exp", Int((moment + lifetime).seconds))
        writer.member("jti", id)
        writer.endObject()
        return writer.bytes
    }
}
