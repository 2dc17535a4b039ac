extension Settings {
    /// The maximum number of providers with sign-in for which providers without `listed` are listed.
    static let mostListedByDefault = 5
    /// The number of listed providers above which the general sign-in page lists none.
    public static let mostOffered = 8

    /// The providers with a `client_id` that the general sign-in page may list, in the order of the file.
    public var listedProviders: [ProviderSettings] {
        let signingIn = providers.filter { $0.clientID != nil }
        return signingIn.filter { $0.listed ?? (signingIn.count <= Settings.mostListedByDefault) }
    }
}
