internal import Audit
internal import Configuration
internal import Cryptography
public import HTTPClient
internal import Identities
public import OpenID
internal import Pages
internal import Sessions
internal import Text
public import Threads
internal import Time
internal import Tokens
internal import Web

/// The means to reach providers, shared by every reading of the configuration.
public struct Outbound: Sendable {
    public let http: any OutboundHTTP
    /// The notice of changed keys.
    public let keySetVersion: KeySetVersion
    public let clocks: Clocks
    /// Called with each event between the gateway and a provider.
    public let report: @Sendable (ProviderEvent) -> Void

    public init(
        http: any OutboundHTTP, keySetVersion: KeySetVersion = KeySetVersion(), clocks: Clocks = .system,
        report: @escaping @Sendable (ProviderEvent) -> Void = { _ in }
    ) {
        self.http = http
        self.keySetVersion = keySetVersion
        self.clocks = clocks
        self.report = report
    }
}

/// The sign-in settings of one reading of the configuration.
struct SignInDeployment: Sendable {
    /// The providers that are asked over the network: those without keys in the file, and those at which users sign
    /// in.
    let remotes: [ProviderID: RemoteProvider]
    /// The providers at which users sign in, in the order of the file.
    let parties: [RelyingParty]
    /// The sign-in providers that the general sign-in page may name.
    let listed: Set<ProviderID>
    /// The names of all providers that users see.
    let names: [ProviderID: String]
    /// The issuers of the sign-in providers.
    let issuers: [ProviderID: Issuer]
    /// The box that seals sessions; nil without a secret key, which sign-ins require.
    let box: SealedBox?
    /// The keys that sign checkpoints of the audit log; nil without a secret key.
    let checkpointKeys: CheckpointKeys?
    let lifetimes: SessionLifetimes
    /// The providers by domain in lower case, in the order of the file.
    let emailDomains: [ExactText: [ProviderID]]

    static let none = SignInDeployment(
        remotes: [:], parties: [], listed: [], names: [:], issuers: [:], box: nil, checkpointKeys: nil,
        lifetimes: SessionLifetimes(
            idle: .seconds(8 * 3600), absolute: .seconds(24 * 3600), revalidate: .seconds(900), claims: .seconds(3600)),
        emailDomains: [:])

    func party(_ id: ProviderID) -> RelyingParty? { parties.first { $0.id == id } }
    func party(_ id: String) -> RelyingParty? { ProviderID(id).flatMap(party) }
}

extension SignInDeployment {
    /// - Parameter previous: the deployment whose providers are kept if their settings for requests are unchanged, so
    ///   that their keys survive a reload.
    init(_ settings: Settings, by outbound: Outbound, keeping previous: SignInDeployment?) {
        var remotes: [ProviderID: RemoteProvider] = [:]
        var parties: [RelyingParty] = []
        var domains: [ExactText: [ProviderID]] = [:]
        for provider in settings.providers where provider.keys == nil || provider.clientID != nil {
            let address = ProviderAddress(provider)
            let known = previous?.remotes[provider.id].flatMap { $0.isAsked(at: address) ? $0 : nil }
            let remote =
                known
                ?? RemoteProvider(
                    id: provider.id, address: address, http: outbound.http, keySetVersion: outbound.keySetVersion,
                    clocks: outbound.clocks, report: outbound.report)
            remotes[provider.id] = remote
            guard let clientID = provider.clientID else { continue }
            let base = settings.publicURL.origin
            let client = ClientRegistration(
                provider: provider.trusted(), clientID: clientID, authentication: provider.clientAuthentication,
                scopes: provider.scopes, authorizationParameters: provider.authorizationParameters,
                logoutParameters: provider.logoutParameters, maximumAuthenticationAge: provider.maxAge,
                contextClasses: provider.acrValues,
                redirectURI: RedirectURI(of: provider.id, at: base).text,
                postLogoutRedirectURI: base + Paths.signedOut.text)
            parties.append(
                RelyingParty(
                    client, remote: remote, http: outbound.http, claimsLifetime: settings.sessions.claimsLifetime,
                    now: outbound.clocks.wall))
            for domain in provider.emailDomains { domains[ExactText(domain), default: []].append(provider.id) }
        }
        self.remotes = remotes
        self.parties = parties
        listed = Set(settings.listedProviders.map(\.id))
        names = Dictionary(settings.providers.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        issuers = Dictionary(
            parties.map { ($0.id, $0.client.provider.issuer) },
            uniquingKeysWith: { first, _ in first })
        emailDomains = domains
        box = settings.sealedBox
        checkpointKeys = try? CheckpointKeys(secrets: settings.secretKeys.map(\.bytes))
        lifetimes = SessionLifetimes(
            idle: settings.sessions.idle, absolute: settings.sessions.absolute,
            revalidate: settings.sessions.revalidate, claims: settings.sessions.claimsLifetime)
    }
}
