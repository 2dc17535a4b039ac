public import ClaimMapping
internal import Configuration
internal import Grants
public import Identities
internal import JSON
internal import OpenID
internal import Policy
internal import Text
public import Tokens
internal import Web
public import WorkspaceMetrics

/// The result of one reading of the configuration: all settings that decide a request. Immutable: a reload publishes a
/// new one, and a request keeps the one it began with. A class, because requests pass it on often.
public final class Deployment: Sendable {
    /// A tenant with its rules.
    public final class Organization: Sendable {
        public let id: OrganizationID
        public let name: String
        /// The rules of the configuration file.
        public let rules: OrganizationRules
        public let license: License

        public init(id: OrganizationID, name: String, rules: OrganizationRules, license: License) {
            self.id = id
            self.name = name
            self.rules = rules
            self.license = license
        }

        /// All rules: the file's, then those that managers added.
        func rules(with access: AccessSnapshot) -> OrganizationRules { rules.adding(access.mappings(of: id)) }

        /// Returns true if the organization lists a provider, so that its tokens can give a role here.
        func accepts(_ provider: ProviderID) -> Bool { rules.providers.contains(exactly: provider.text) }
    }

    /// The origin for links and security header fields; never taken from a request.
    public let publicURL: String
    public let providers: [TrustedProvider]
    /// Trust in email addresses, by provider.
    public let emailTrust: [ProviderID: EmailTrust]
    /// The organizations, in the order of the file.
    public let organizations: [Organization]
    public let trustedProxies: TrustedProxies
    /// The number of verified tokens that each reactor remembers.
    public let tokenCache: Int
    /// The longest inventory document, in bytes.
    public let inventoryBody: Int
    let signIn: SignInDeployment
    let invitations: InvitationSettings
    /// The mail server; nil if links are shown instead of sent.
    let mail: MailSettings?
    /// The time after SIGTERM during which new connections are still accepted.
    let drainDelay: Duration
    let isHTTPS: Bool
    /// The cookie of sessions.
    let sessionCookie: Cookie
    /// The cookie that binds sign-ins to a browser.
    let browserCookie: Cookie
    private let byID: [ExactText: Organization]
    private let byProvider: [ProviderID: [Organization]]

    init(
        publicURL: String, providers: [TrustedProvider], emailTrust: [ProviderID: EmailTrust],
        organizations: [Organization], trustedProxies: TrustedProxies, tokenCache: Int, inventoryBody: Int,
        signIn: SignInDeployment = .none,
        invitations: InvitationSettings = InvitationSettings(
            lifetime: .seconds(7 * 86400), perDay: 50, allowedDomains: []), mail: MailSettings? = nil,
        drainDelay: Duration = .zero
    ) {
        self.publicURL = publicURL
        self.providers = providers
        self.emailTrust = emailTrust
        self.organizations = organizations
        self.trustedProxies = trustedProxies
        self.tokenCache = tokenCache
        self.inventoryBody = inventoryBody
        self.signIn = signIn
        self.invitations = invitations
        self.mail = mail
        self.drainDelay = drainDelay
        isHTTPS = publicURL.starts(exactly: "https://")
        sessionCookie = Cookie("gatehouse", isSecure: isHTTPS)
        browserCookie = Cookie("gatehouse-browser", isSecure: isHTTPS)
        byProvider = providers.reduce(into: [:]) { found, provider in
            found[provider.id] = organizations.filter { $0.accepts(provider.id) }
        }
        byID = Dictionary(organizations.map { (ExactText($0.id.text), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The organization with an id; nil if there is none.
    public func organization(_ id: String) -> Organization? { byID[ExactText(id)] }

    /// The organizations that list a provider, in the order of the file.
    func organizations(accepting provider: ProviderID) -> [Organization] { byProvider[provider] ?? [] }

    /// The trust in a provider's email addresses; by default that of `EmailTrust()`.
    public func emailTrust(of provider: ProviderID) -> EmailTrust { emailTrust[provider] ?? EmailTrust() }

    /// The providers with their current keys: those of the file, or else the discovered ones.
    var trustedProviders: [TrustedProvider] { trust().providers }

    /// The providers with their current keys, and the version of each provider's discovered keys.
    func trust() -> (providers: [TrustedProvider], versions: [ProviderID: UInt64]) {
        var versions: [ProviderID: UInt64] = [:]
        let providers = providers.map { provider in
            guard provider.keys == nil, let reading = signIn.remotes[provider.id]?.reading else { return provider }
            versions[provider.id] = reading.version
            var provider = provider
            provider.keys = reading.keys
            return provider
        }
        return (providers, versions)
    }

    /// The provider whose newer keys may verify a refused token; nil if other keys would not help.
    func remote(ofRefused refusal: TokenRefusal) -> RemoteProvider? {
        guard refusal.reason.mayBeOfNewKeys, let id = refusal.provider,
            providers.contains(where: { $0.id == id && $0.keys == nil })
        else { return nil }
        return signIn.remotes[id]
    }

    /// Returns a predicate that is true if claims of a provider lack one that decides: the e-mail address, by which
    /// suspensions block and invitations are accepted, or a claim that an organization's rule needs.
    func lacksMappedClaims(of provider: ProviderID, with access: AccessSnapshot) -> @Sendable (JSONValue) -> Bool {
        let rules = organizations(accepting: provider).map { $0.rules(with: access) }
        return { claims in claims.member("email") == nil || rules.contains { $0.lacksClaims(claims) } }
    }

    /// A user's access to an organization.
    ///
    /// - Parameter access: the grants and suspensions in force.
    func entitlement(
        of claims: VerifiedClaims, in organization: Organization, with access: AccessSnapshot
    ) -> Entitlement {
        entitlement(of: claims, under: organization.rules(with: access), with: access)
    }

    /// A user's access under other rules.
    func entitlement(
        of claims: VerifiedClaims, under rules: OrganizationRules, with access: AccessSnapshot
    ) -> Entitlement {
        let trust = emailTrust(of: claims.provider)
        let (issuer, subject) = (claims.identity.issuer.text, claims.identity.subject.text)
        let isSuspended = access.isSuspended(
            issuer: issuer, subject: subject, verifiedEmail: trust.verifiedEmail(of: claims.known),
            in: rules.id)
        return Entitlement(
            of: claims, in: rules, emailTrust: trust,
            grants: access.roles(issuer: issuer, subject: subject, in: rules.id), isSuspended: isSuspended,
            isSuspensionUnknown: access.suspendsAddresses(in: rules.id)
                && trust.isVerifiedEmailUnknown(of: claims.known))
    }

    /// The organizations in which a user has a role, in the order of the file.
    func entitlements(of claims: VerifiedClaims, with access: AccessSnapshot) -> [(
        organization: Organization, entitlement: Entitlement
    )] {
        organizations(accepting: claims.provider).compactMap { organization in
            let entitlement = entitlement(of: claims, in: organization, with: access)
            return entitlement.role == nil ? nil : (organization, entitlement)
        }
    }

}
