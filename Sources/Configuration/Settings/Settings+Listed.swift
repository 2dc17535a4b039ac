extension Settings {
    /// While no more providers than this sign users in, those without `listed` are listed.
    static let mostListedByDefault = 5
    /// The general sign-in page names no provider if more than this are listed.
    public static let mostOffered = 8

    /// Providers with a `client_id` that the general sign-in page may name, in the order of the file.
    public var listedProviders: [ProviderSettings] {
        let signingIn = providers.filter { $0.clientID != nil }
        return signingIn.filter { $0.listed ?? (signingIn.count <= Settings.mostListedByDefault) }
    }
}
