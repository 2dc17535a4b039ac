/// Why something cannot be had from a provider.
public struct ProviderFault: Error, Sendable, Hashable {
    /// Whether the provider cannot be reached, or says that it cannot answer now. Otherwise it answers, and asking again
    /// does not help before something is changed there or in the configuration.
    public let isOutage: Bool
    /// For the log: names causes, never a code, a token or a secret.
    public let detail: String

    init(isOutage: Bool, _ detail: String) {
        self.isOutage = isOutage
        self.detail = detail
    }
}

/// What happened between the gateway and a provider, for logs and figures.
public struct ProviderEvent: Sendable {
    public enum Kind: Sendable {
        /// `leftOut`: keys of the set that cannot be used, and why.
        case keysFetched(leftOut: [String])
        /// `isServingStale`: the last good keys serve on.
        case keysFailed(detail: String, isServingStale: Bool)
        /// `isServingStale`: the last good document serves on.
        case documentFailed(detail: String, isServingStale: Bool)
        /// Endpoints of the discovery document that cannot be used, and why.
        case endpointsLeftOut([String])
        /// Userinfo was needed and could not be obtained: claims of this subject are unknown.
        case userinfoFailed(subject: String, detail: String)
        /// The provider refused `client_secret_basic` and accepted `client_secret_post`.
        case secretMovedToForm
    }

    public let kind: Kind
    public let provider: String
    /// The request that caused it; nil for what is done ahead of time.
    public let requestID: String?
}
