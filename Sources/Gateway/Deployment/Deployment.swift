public import ClaimMapping
public import Organizations
public import Tokens
public import WorkspaceMetrics

/// What one reading of the configuration comes to: everything that a request is decided by. Immutable; a reload makes a
/// new one and publishes it, and a request keeps the one that it began with.
public struct Deployment: Sendable {
    /// A tenant with its rules.
    public struct Organization: Sendable {
        public let id: OrganizationID
        public let name: String
        public let rules: OrganizationRules
        public let license: License

        public init(id: OrganizationID, name: String, rules: OrganizationRules, license: License) {
            self.id = id
            self.name = name
            self.rules = rules
            self.license = license
        }
    }

    /// As links and security fields see it; never taken from a request.
    public let publicURL: String
    public let providers: [TrustedProvider]
    /// By provider.
    public let emailTrust: [ProviderID: EmailTrust]
    /// In the order of the file.
    public let organizations: [Organization]
    public let trustedProxies: TrustedProxies
    /// Verified tokens remembered per reactor.
    public let tokenCache: Int
    /// The longest inventory document, in bytes.
    public let inventoryBody: Int
    private let byID: [String: Organization]

    public init(
        publicURL: String, providers: [TrustedProvider], emailTrust: [ProviderID: EmailTrust],
        organizations: [Organization], trustedProxies: TrustedProxies, tokenCache: Int, inventoryBody: Int
    ) {
        self.publicURL = publicURL
        self.providers = providers
        self.emailTrust = emailTrust
        self.organizations = organizations
        self.trustedProxies = trustedProxies
        self.tokenCache = tokenCache
        self.inventoryBody = inventoryBody
        byID = Dictionary(organizations.map { ($0.id.text, $0) }, uniquingKeysWith: { first, _ in first })
    }

    public func organization(_ id: String) -> Organization? { byID[id] }

    public func emailTrust(of provider: ProviderID) -> EmailTrust { emailTrust[provider] ?? EmailTrust() }

    var isHTTPS: Bool { publicURL.hasPrefix("https://") }
}
