public import Configuration
internal import Inventory
internal import InventoryStore
public import OpenID
internal import Policy
public import RuntimeConfiguration
internal import SignInFlow
public import Sockets
internal import WorkspaceMetrics

extension RuntimeConfiguration {
    /// Makes the configuration for checked settings.
    ///
    /// - Parameter previous: the configuration in force before; its providers are kept if their settings for requests are
    ///   unchanged.
    /// - Throws: `TLSError` if the authorities of an application cannot be read.
    public convenience init(
        _ settings: Settings, by outbound: Outbound, after previous: RuntimeConfiguration? = nil
    ) throws(TLSError) {
        let rules = settings.organizations.map(\.rules)
        let trusted = settings.providers.map { $0.trusted() }
        self.init(
            publicURL: settings.publicURL.origin,
            providers: trusted,
            accessSettings: AccessSettings(settings, organizations: rules),
            organizations: zip(settings.organizations, rules).map { organization, rules in
                Organization(
                    id: organization.id, name: organization.name, rules: rules,
                    license: License(organization.license))
            },
            trustedProxies: TrustedProxies(settings.trustedProxies), tokenCache: settings.tokenCache,
            inventoryBody: settings.limits.inventoryBody,
            signIn: SignInConfiguration(settings, trusting: trusted, by: outbound, keeping: previous?.signIn),
            invitations: settings.invitations, mail: settings.mail, drainDelay: settings.drainDelay,
            upstreams: try UpstreamTable(settings))
    }
}
