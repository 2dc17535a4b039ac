public import Identities

/// The reason why data could not be obtained from a provider.
public struct ProviderError: Error, Sendable, Hashable {
    /// True if the provider cannot be reached, or reports a temporary failure. Otherwise a retry fails until the
    /// provider or the configuration is changed.
    public let isOutage: Bool
    /// The cause, for the log. It never contains a code, a token or a secret.
    public let detail: String

    init(isOutage: Bool, _ detail: String) {
        self.isOutage = isOutage
        self.detail = detail
    }
}

/// An event between the gateway and a provider, for logs and metrics.
public struct ProviderEvent: Sendable {
    /// The kind of an event, with its details.
    public enum Kind: Sendable {
        /// `leftOut`: keys of the set that cannot be used, with reasons.
        case keysFetched(leftOut: [String])
        /// `isServingStale`: whether the last valid keys stay in use.
        case keysFailed(detail: String, isServingStale: Bool)
        /// `isServingStale`: whether the last valid document stays in use.
        case documentFailed(detail: String, isServingStale: Bool)
        /// Endpoints of the discovery document that cannot be used, with reasons.
        case endpointsLeftOut([String])
        /// Userinfo was required but could not be obtained: claims of this subject are unknown.
        case userinfoFailed(subject: Subject, detail: String)
        /// The provider refused `client_secret_basic` and accepted `client_secret_post`.
        case secretMovedToForm
    }

    public let kind: Kind
    public let provider: ProviderID
    /// The request that caused the event; nil for background work.
    public let requestID: String?
}
