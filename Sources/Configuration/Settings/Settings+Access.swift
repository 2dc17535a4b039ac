public import ClaimMapping
public import Cryptography
internal import Identities
public import Policy

extension Settings {
    /// The box that seals sessions and the claims of users; nil without a secret key.
    public var sealedBox: SealedBox? {
        // The configuration's checks ensure the keys' length.
        secretKeys.isEmpty ? nil : try? SealedBox(keys: secretKeys.map(\.bytes))
    }
}

extension AccessSettings {
    /// The access rules and sealing keys of a configuration, for the gateway and for commands.
    public init(_ settings: Settings) {
        self.init(settings, organizations: settings.organizations.map(\.rules))
    }

    /// - Parameter organizations: the rules of the organizations; preparing them twice would take twice as long.
    public init(_ settings: Settings, organizations: [OrganizationRules]) {
        self.init(
            organizations: organizations,
            providers: settings.providers.map {
                AccessRules.Provider(
                    id: $0.id, issuer: $0.issuer, emailTrust: $0.emailTrust, isSignInPossible: $0.clientID != nil,
                    groupsClaim: $0.groupsClaim)
            }, box: settings.sealedBox, upstreams: settings.upstreams.map(\.rules))
    }
}
