/// A user of the demo provider.
public struct DemoPerson: Sendable, Hashable {
    /// A stable id, the subject of tokens.
    public let id: String
    public let name: String
    public let email: String
    public let isEmailVerified: Bool
    public let groups: [String]
    /// A note about the user, for the sign-in page.
    public let note: String

    public init(
        id: String, name: String, email: String, isEmailVerified: Bool = true, groups: [String] = [],
        note: String = ""
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.isEmailVerified = isEmailVerified
        self.groups = groups
        self.note = note
    }
}

/// A client of the demo provider.
public struct DemoClient: Sendable, Hashable {
    public let id: String
    /// The client secret; nil for a public client.
    public let secret: String?
    public let redirectURIs: [String]
    public let postLogoutRedirectURIs: [String]

    public init(id: String, secret: String?, redirectURIs: [String], postLogoutRedirectURIs: [String] = []) {
        self.id = id
        self.secret = secret
        self.redirectURIs = redirectURIs
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
    }
}
