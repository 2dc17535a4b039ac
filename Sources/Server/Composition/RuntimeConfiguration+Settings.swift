public import Configuration
public import Endpoints
internal import Identities
public import OpenID
internal import Policy
internal import SignInFlow
internal import Tokens
internal import WorkspaceMetrics

extension RuntimeConfiguration {
    /// Makes the configuration for checked settings.
    ///
    /// - Parameter previous: the configuration in force before; its providers are kept if their settings for requests are
    ///   unchanged.
    public convenience init(_ settings: Settings, by outbound: Outbound, after previous: RuntimeConfiguration? = nil) {
        self.init(
            publicURL: settings.publicURL.origin,
            providers: settings.providers.map { $0.trusted() },
            accessSettings: AccessSettings(settings),
            organizations: settings.organizations.map { organization in
                Organization(
                    id: organization.id, name: organization.name, rules: organization.rules,
                    license: License(organization.license))
            },
            trustedProxies: TrustedProxies(settings.trustedProxies), tokenCache: settings.tokenCache,
            inventoryBody: settings.limits.inventoryBody,
            signIn: SignInConfiguration(settings, by: outbound, keeping: previous?.signIn),
            invitations: settings.invitations, mail: settings.mail, drainDelay: settings.drainDelay)
    }
}
