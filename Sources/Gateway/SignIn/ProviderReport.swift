internal import OpenID
internal import Telemetry
internal import Tokens

/// What happens between the gateway and providers, in the log and in figures.
struct ProviderReport {
    private let figures: GatewayFigures
    private let log: Log

    init(_ figures: GatewayFigures, _ log: Log) {
        self.figures = figures
        self.log = log
    }

    func take(_ event: ProviderEvent) {
        switch event {
        case .keysFetched(let provider):
            figures.keyFetches.counter([provider.text, "fetched"]).add()
            log.write(.info, "a provider's keys were fetched", fields: [("provider", provider.text)])
        case .fetchFailed(let provider, let detail, let isServingStale):
            figures.keyFetches.counter([provider.text, isServingStale ? "stale" : "failed"]).add()
            log.write(
                .warning,
                isServingStale
                    ? "a provider's keys cannot be fetched; the last good ones serve on"
                    : "a provider's keys cannot be fetched, and there are none",
                fields: [("provider", provider.text), ("detail", detail)])
        case .userinfoFailed(let provider, let subject, let detail):
            log.write(
                .warning, "userinfo could not be obtained; the claims that it would have supplied are unknown",
                fields: [("provider", provider.text), ("subject", subject), ("detail", detail)])
        }
    }
}
