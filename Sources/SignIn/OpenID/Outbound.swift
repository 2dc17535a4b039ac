public import HTTPClient
public import Threads

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
