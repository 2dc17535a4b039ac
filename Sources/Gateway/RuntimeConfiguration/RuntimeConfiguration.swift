internal import Addresses
public import ClaimMapping
package import Configuration
public import Identities
public import InventoryStore
package import OpenID
public import Policy
package import SignInFlow
public import Tokens
package import Web
internal import WorkspaceMetrics

/// The result of one reading of the configuration: all settings that decide a request. Immutable: a reload publishes a
/// new one, and a request keeps the one that decides it. A class, because requests pass it on often.
public final class RuntimeConfiguration: Sendable {
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

        /// Returns true if the organization lists a provider, so that its tokens can give a role here.
        package func accepts(_ provider: ProviderID) -> Bool { rules.providers.contains(provider) }
    }

    /// The gateway's own origin and cookies.
    package let site: Site
    /// The trusted providers with the keys of the file.
    public let trusted: TrustedProviders
    /// The rules that decide access, and the keys that open sealed claims.
    public let accessSettings: AccessSettings
    /// The organizations, in the order of the file.
    public let organizations: [Organization]
    public let trustedProxies: TrustedProxies
    /// The number of verified tokens that each reactor remembers.
    public let tokenCache: Int
    /// The longest inventory document, in bytes.
    public let inventoryBody: Int
    package let signIn: SignInConfiguration
    package let invitations: InvitationSettings
    /// The mail server; nil if links are shown instead of sent.
    package let mail: MailSettings?
    /// The time after SIGTERM during which new connections are still accepted.
    package let drainDelay: Duration
    /// The applications behind the gateway.
    package let upstreams: UpstreamTable
    private let byID: [OrganizationID: Organization]

    package init(
        publicURL: String, providers: [TrustedProvider], accessSettings: AccessSettings,
        organizations: [Organization], trustedProxies: TrustedProxies, tokenCache: Int, inventoryBody: Int,
        signIn: SignInConfiguration = .none,
        invitations: InvitationSettings = InvitationSettings(
            lifetime: .seconds(7 * 86400), perDay: 50, allowedDomains: []), mail: MailSettings? = nil,
        drainDelay: Duration = .zero, upstreams: UpstreamTable = .none
    ) {
        site = Site(origin: publicURL)
        trusted = TrustedProviders(providers)
        self.accessSettings = accessSettings
        self.organizations = organizations
        self.trustedProxies = trustedProxies
        self.tokenCache = tokenCache
        self.inventoryBody = inventoryBody
        self.signIn = signIn
        self.invitations = invitations
        self.mail = mail
        self.drainDelay = drainDelay
        self.upstreams = upstreams
        byID = Dictionary(organizations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The organization with an id; nil if there is none.
    public func organization(_ id: OrganizationID) -> Organization? { byID[id] }

    /// The organization that a request's path names; nil if there is none.
    public func organization(_ text: String) -> Organization? { OrganizationID(text).flatMap(organization) }

    /// The origin for links and security header fields; never taken from a request.
    package var publicURL: String { site.origin }

    /// The rules that decide access.
    package var accessRules: AccessRules { accessSettings.rules }

    /// The providers with their current keys.
    package var providersWithKeys: [TrustedProvider] { trusted.providers.map(withKeys) }

    /// Returns a provider with its current keys, or nil if there is none.
    package func providerWithKeys(_ id: ProviderID) -> TrustedProvider? { trusted[id].map(withKeys) }

    private func withKeys(_ provider: TrustedProvider) -> TrustedProvider {
        var provider = provider
        provider.keys = keys(of: provider).keys
        return provider
    }

    /// Returns a provider's current keys: those of the file, or else the discovered ones. Keys of the file have
    /// version 0.
    package func keys(of provider: TrustedProvider) -> KeyReading {
        guard provider.keys == nil, let remote = signIn.remotes[provider.id] else {
            return KeyReading(keys: provider.keys, version: 0)
        }
        return remote.reading
    }

    /// The provider whose newer keys may verify a refused token; nil if other keys would not help.
    package func remote(ofRefused refusal: TokenRefusal) -> RemoteProvider? {
        guard refusal.reason.mayBeOfNewKeys, let id = refusal.provider, let provider = trusted[id],
            provider.keys == nil
        else { return nil }
        return signIn.remotes[id]
    }

    /// Makes a verifier that accepts the tokens of an organization's providers only, and remembers none.
    package func verifier(for organization: Organization) -> BearerTokenVerifier {
        let own = TrustedProviders(organization.rules.providers.compactMap { trusted[$0] })
        return BearerTokenVerifier(own, cacheSize: 0, keys: keys)
    }

    /// Fetches newer keys of a provider if they may verify a refused token. Returns true if the verifier may try again.
    package func learnKeys(
        afterRefusing refusal: TokenRefusal, of verifier: BearerTokenVerifier, for address: String
    ) async -> Bool {
        guard let remote = remote(ofRefused: refusal) else { return false }
        let version = verifier.keyVersion(of: remote.id) ?? 0
        await remote.learnKeys(for: .client(ClientPrefix(address)), beyond: version)
        verifier.forgetKeys()
        return true
    }
}
