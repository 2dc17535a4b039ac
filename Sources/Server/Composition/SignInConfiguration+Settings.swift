internal import Audit
internal import Configuration
internal import Cryptography
internal import Identities
internal import OpenID
internal import Sessions
internal import SignInFlow
internal import Text
internal import Threads
internal import Tokens
internal import Web

extension SignInConfiguration {
    /// - Parameters:
    ///   - trusted: the conditions on the tokens of all providers, in the order of the file.
    ///   - previous: the configuration whose providers are kept if their settings for requests are unchanged, so that
    ///     their keys survive a reload.
    init(
        _ settings: Settings, trusting trusted: [TrustedProvider], by outbound: Outbound,
        keeping previous: SignInConfiguration?
    ) {
        var remotes: [ProviderID: RemoteProvider] = [:]
        var parties: [RelyingParty] = []
        var domains: [ExactText: [ProviderID]] = [:]
        for (provider, trusted) in zip(settings.providers, trusted)
        where provider.keys == nil || provider.clientID != nil {
            let address = ProviderAddress(provider)
            let known = previous?.remotes[provider.id].flatMap { $0.isAsked(at: address) ? $0 : nil }
            let remote =
                known
                ?? RemoteProvider(
                    id: provider.id, address: address, http: outbound.http, keySetVersion: outbound.keySetVersion,
                    clocks: outbound.clocks, report: outbound.report)
            remotes[provider.id] = remote
            // Without its secret or key, a confidential client offers no sign-in; it never becomes a public one.
            guard let clientID = provider.clientID, let authentication = provider.clientAuthentication else {
                continue
            }
            let base = settings.publicURL.origin
            let client = ClientRegistration(
                provider: trusted, clientID: clientID, authentication: authentication,
                scopes: provider.scopes, authorizationParameters: provider.authorizationParameters,
                logoutParameters: provider.logoutParameters, maximumAuthenticationAge: provider.maxAge,
                contextClasses: provider.acrValues,
                redirectURI: RedirectURI(of: provider.id, at: base).text,
                postLogoutRedirectURI: base + SignInPaths.signedOut.text)
            parties.append(
                RelyingParty(
                    client, remote: remote, http: outbound.http, claimsLifetime: settings.sessions.claimsLifetime,
                    now: outbound.clocks.wall))
            for domain in provider.emailDomains { domains[ExactText(domain), default: []].append(provider.id) }
        }
        let offered = settings.listedProviders
        self.init(
            remotes: remotes, parties: parties,
            listed: offered.count > Settings.mostOffered ? [] : Set(offered.map(\.id)),
            names: Dictionary(settings.providers.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first }),
            issuers: Dictionary(
                parties.map { ($0.id, $0.client.provider.issuer) }, uniquingKeysWith: { first, _ in first }),
            box: settings.sealedBox, checkpointKeys: try? CheckpointKeys(secrets: settings.secretKeys.map(\.bytes)),
            lifetimes: SessionLifetimes(
                idle: settings.sessions.idle, absolute: settings.sessions.absolute,
                revalidate: settings.sessions.revalidate, claims: settings.sessions.claimsLifetime),
            emailDomains: domains)
    }
}
