public import Cryptography
internal import JSON
public import Time

/// The people of the demo, and tokens as their provider would sign them.
public struct DemoTokens {
    static let issuer = "http://127.0.0.1:8089"
    static let audience = "api://gatehouse-demo"
    static let keyID = "demo-1"

    public struct Person: Sendable {
        /// The name of the token in the demo's output.
        public let token: String
        public let name: String
        public let email: String
        /// In the organization `acme`; `nil` for none.
        public let role: String?
        /// JSON members beside the ordinary ones, each with a comma before it.
        let claims: String
    }

    public static let people: [Person] = [
        Person(
            token: "manager", name: "Carla Ceo", email: "ceo@acme.example", role: "organization-manager",
            claims: ",\"groups\":[\"everyone\"]"),
        Person(
            token: "viewer", name: "Vic Viewer", email: "vic@acme.example", role: "organization-viewer",
            claims: ",\"groups\":[\"everyone\",\"acme-soc-emea\"]"),
        Person(
            token: "publisher", name: "Inventory Publisher", email: "robot@acme.example", role: "inventory-publisher",
            claims: ",\"realm_access\":{\"roles\":[\"acme-inventory\"]}"),
        Person(
            token: "stranger", name: "Sam Stranger", email: "sam@elsewhere.example", role: nil,
            claims: ",\"groups\":[\"everyone\"]"),
    ]

    /// A bearer token of 12 hours.
    public static func token(of person: Person, signedBy files: DemoFiles, at now: Timestamp) throws(CryptographyError)
        -> String
    {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("iss", issuer)
        writer.member("sub", "demo-\(person.token)")
        writer.member("aud", audience)
        writer.member("iat", Int(now.seconds))
        writer.member("exp", Int(now.seconds) + 12 * 3600)
        writer.member("email", person.email)
        writer.member("email_verified", true)
        writer.member("name", person.name)
        writer.endObject()
        let claims = writer.bytes.dropLast() + Array(person.claims.utf8) + [UInt8(ascii: "}")]
        let header = "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"\(keyID)\"}"
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims)
        return try signed + "." + Base64URL.encode(files.key.sign(Array(signed.utf8), .rs256))
    }
}
