public import Addresses
public import Cryptography
package import SettingDeclarations
public import Sockets

/// A complete configuration: checked, with defaults, and immutable.
public struct Settings: Sendable {
    /// The base of all links, redirect URIs and cookies.
    public let publicURL: PublicURL
    /// The addresses of the public listeners: at least one, and none that another one covers.
    public let listen: [SocketAddress]
    /// Certificates and keys, the default one first; empty for plain HTTP, behind a proxy that terminates TLS.
    public let tls: [TLSSettings]
    /// The address of the admin listener; nil for none.
    public let adminListen: SocketAddress?
    /// The address of the forward-auth listener; nil for none.
    public let forwardAuthListen: SocketAddress?
    /// Addresses of proxies whose forwarding fields are trusted.
    public let trustedProxies: [AddressRange]
    public let storage: StorageSettings
    /// The way in which the store's tables follow the program.
    public let migrate: MigrationSettings
    /// Keys of 32 bytes. The first one seals, and all of them open. Empty if no provider has sign-in and
    /// there are no upstreams.
    public let secretKeys: [Secret]
    /// The number of event-loop threads; 0 for one per core.
    public let reactors: Int
    /// The number of verified bearer tokens that each reactor caches; 0 for none.
    public let tokenCache: Int
    public let limits: LimitSettings
    /// The time for which new connections are still accepted after SIGTERM.
    public let drainDelay: Duration
    public let providers: [ProviderSettings]
    public let organizations: [OrganizationSettings]
    /// The applications behind the gateway.
    public let upstreams: [UpstreamSettings]
    public let usage: UsageSettings
    public let sessions: SessionSettings
    public let invitations: InvitationSettings
    /// The mail settings; nil if invitation links are returned to the inviter.
    public let mail: MailSettings?
    /// Warnings in the order of the file.
    public internal(set) var warnings: [Warning] = []
}

extension Settings: Section {
    static let publicURL = Setting(
        "public_url", .publicURL, .required,
        "The URL at which browsers reach the gateway. All links, redirect URIs and cookies derive from it; http only on "
            + "loopback.")
    static let listen = Setting(
        "listen", .listenAddresses, .required,
        "The address at which the gateway listens, or a list. [::]:8443 accepts IPv4 connections too. A change needs a "
            + "restart."
    )
    static let tls = Setting(
        "tls", .oneOrMoreSections() as SettingKind<[TLSSettings]>, .optional,
        "Certificate and key, or a list: the server name that a client sends (SNI) selects the first certificate that "
            + "names it, otherwise the first of the list. Without it the gateway serves plain HTTP, behind a proxy that "
            + "terminates TLS.")
    static let adminListen = Setting(
        "admin_listen", .listenAddress, .optional, example: "\"127.0.0.1:9091\"",
        "The address at which /healthz, /readyz and /metrics are served, and nothing else. Without it they are not served. "
            + "A change needs a restart.")
    static let forwardAuthListen = Setting(
        "forward_auth_listen", .listenAddress, .optional, example: "\"127.0.0.1:9092\"",
        "The address at which other proxies ask about each request: it serves /forward-auth and nothing else, to "
            + "trusted_proxies only. A change needs a restart.")
    static let trustedProxies = Setting(
        "trusted_proxies", .list(of: .addressRange), .byDefault("[]"),
        "Proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted, and that may ask at forward_auth_listen.")
    static let storage = Setting(
        "storage", .storage, .required,
        "The database: a file of SQLite, or PostgreSQL, which many processes can share. PostgreSQL needs a build with "
            + "--traits PostgreSQL. A change needs a restart.")
    static let migrate = Setting(
        "migrate", .choice("when the database's tables are brought up to date") as SettingKind<MigrationSettings>,
        .byDefault("\"automatically\""),
        "automatically: the gateway brings the tables up to date when it starts, and so does each command that opens the "
            + "store; manually: only gatehouse migrate does.")
    static let secretKey = Setting(
        "secret_key", .sealingKeys, .optional,
        "The key that seals sign-in state and stored tokens. With a list, the first key seals and all of them open, which "
            + "allows rotation. Required if a provider has a client_id, and with upstreams.")
    static let reactors = Setting(
        "reactors", .integer(in: 0...1024), .byDefault("0"),
        "The number of event-loop threads; 0: one per core. A change needs a restart.")
    static let tokenCache = Setting(
        "token_cache", .integer(in: 0...10_000_000), .byDefault("10000"),
        "The number of verified bearer tokens cached per reactor, in at most 32 MiB; 0: every token is verified at each use."
    )
    static let limits = Setting(
        "limits", .section as SettingKind<LimitSettings>, .byDefault("{}"), "Limits of requests and memory.")
    static let drainDelay = Setting(
        "drain_delay", .duration(in: .zero ... .seconds(600)), .byDefault("\"0s\""),
        "How long new connections are still accepted and answered after SIGTERM, while /readyz returns 503: the time "
            + "that a load balancer needs to react.")
    static let providers = Setting(
        "providers", .sections() as SettingKind<[ProviderSettings]>, .byDefault("[]"),
        "OpenID Connect providers that the gateway trusts.")
    static let organizations = Setting(
        "organizations", .sections() as SettingKind<[OrganizationSettings]>, .byDefault("[]"),
        "The tenants of the gateway.")
    static let upstreams = Setting(
        "upstreams", .sections() as SettingKind<[UpstreamSettings]>, .byDefault("[]"),
        "Applications behind the gateway, each on a host name of its own.")
    static let usage = Setting(
        "usage", .section as SettingKind<UsageSettings>, .byDefault("{}"), "The history of organizations' metrics.")
    static let sessions = Setting(
        "sessions", .section as SettingKind<SessionSettings>, .byDefault("{}"), "How long users stay signed in.")
    static let invitations = Setting(
        "invitations", .section as SettingKind<InvitationSettings>, .byDefault("{}"),
        "Limits on the invitations that managers send.")
    static let mail = Setting(
        "mail", .section as SettingKind<MailSettings>, .optional,
        "The mail server for invitations and license notices. Without it, the inviting manager receives the link.")

    package static let settings = [
        DeclaredSetting(publicURL), DeclaredSetting(listen), DeclaredSetting(tls), DeclaredSetting(adminListen),
        DeclaredSetting(forwardAuthListen), DeclaredSetting(trustedProxies), DeclaredSetting(storage),
        DeclaredSetting(migrate), DeclaredSetting(secretKey),
        DeclaredSetting(reactors), DeclaredSetting(tokenCache), DeclaredSetting(limits),
        DeclaredSetting(drainDelay), DeclaredSetting(providers),
        DeclaredSetting(organizations), DeclaredSetting(upstreams), DeclaredSetting(usage), DeclaredSetting(sessions),
        DeclaredSetting(invitations),
        DeclaredSetting(mail),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = Settings
        CrossChecks(members).run()
        guard let publicURL = members[S.publicURL], let listen = members[S.listen], let storage = members[S.storage],
            let migrate = members[S.migrate], let proxies = members[S.trustedProxies],
            let reactors = members[S.reactors],
            let tokenCache = members[S.tokenCache], let limits = members[S.limits],
            let drainDelay = members[S.drainDelay],
            let providers = members[S.providers], let organizations = members[S.organizations],
            let upstreams = members[S.upstreams], let usage = members[S.usage], let sessions = members[S.sessions],
            let invitations = members[S.invitations]
        else { return nil }
        (self.publicURL, self.listen, tls) = (publicURL, listen, members[S.tls] ?? [])
        (adminListen, trustedProxies) = (members[S.adminListen], proxies)
        (self.storage, self.migrate) = (storage, migrate)
        (secretKeys, self.reactors, self.tokenCache) = (members[S.secretKey] ?? [], reactors, tokenCache)
        self.drainDelay = drainDelay
        (self.limits, self.providers, self.organizations) = (limits, providers, organizations)
        self.usage = usage
        forwardAuthListen = members[S.forwardAuthListen]
        self.upstreams = upstreams.map { $0.completed(by: publicURL) }
        (self.sessions, self.invitations, mail) = (sessions, invitations, members[S.mail])
    }
}
