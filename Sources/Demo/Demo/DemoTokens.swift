public import Cryptography
public import DemoProvider
internal import JSON
public import Time

/// The demo's users, and tokens of the kind that their provider signs.
public struct DemoTokens {
    static let audience = "api://gatehouse-demo"
    static let keyID = "demo-1"
    static let clientID = "gatehouse-demo"
    /// The demo provider's id in the demo's configuration.
    static let providerID = "demo"

    /// A user or a program of the demo.
    public struct Person: Sendable {
        /// The name of the token in the demo's output; nil if the user or program has none.
        public let token: String?
        /// The user's account at the demo provider; nil for programs, which do not sign in there.
        public let account: DemoPerson?
        /// The account's note for the demo's output; nil for programs.
        public var note: String? { account?.note }
        public let name: String
        public let email: String
        /// The role in the organization `acme`; nil for none.
        public let role: String?
        /// Additional JSON members, each with a comma before it.
        let claims: String

        /// Creates a user who signs in.
        init(token: String?, role: String?, _ account: DemoPerson) {
            self.token = token
            self.account = account
            name = account.name
            email = account.email
            self.role = role
            claims = ",\"groups\":[\(account.groups.map { "\"\($0)\"" }.joined(separator: ","))]"
        }

        /// Creates a program that uses a bearer token.
        init(token: String, name: String, email: String, role: String?, claims: String) {
            self.token = token
            account = nil
            self.name = name
            self.email = email
            self.role = role
            self.claims = claims
        }

        var subject: String { account?.id ?? "demo-\(token ?? "")" }
    }

    /// The demo's users and programs.
    public static let people: [Person] = [
        Person(
            token: "manager", role: "organization-manager",
            DemoPerson(
                id: "demo-manager", name: "Carla Ceo", email: "ceo@acme.example", groups: ["everyone"],
                note: "Organization Manager of Acme, by email address")),
        Person(
            token: "viewer", role: "organization-viewer",
            DemoPerson(
                id: "demo-viewer", name: "Vic Viewer", email: "vic@acme.example",
                groups: ["everyone", "acme-soc-emea"],
                note: "Organization Viewer of Acme, by a group")),
        Person(
            token: nil, role: nil,
            DemoPerson(
                id: "demo-unverified", name: "Una Unverified", email: "ceo@acme.example", isEmailVerified: false,
                groups: ["everyone"], note: "Claims the manager’s address, unverified")),
        Person(
            token: "stranger", role: nil,
            DemoPerson(
                id: "demo-stranger", name: "Sam Stranger", email: "sam@elsewhere.example", groups: ["everyone"],
                note: "No role anywhere")),
        Person(
            token: "publisher", name: "Inventory Publisher", email: "robot@acme.example", role: "inventory-publisher",
            claims: ",\"realm_access\":{\"roles\":[\"acme-inventory\"]}"),
    ]

    /// A bearer token that is valid for 12 hours.
    public static func token(
        of person: Person, signedBy files: DemoFiles, at now: Timestamp
    ) throws(CryptographyError) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("iss", files.providerURL)
        writer.member("sub", person.subject)
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
