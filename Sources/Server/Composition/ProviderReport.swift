internal import Identities
internal import OpenID
internal import Telemetry

/// Events between the gateway and providers, in the log and in metrics.
struct ProviderReport {
    private let gatewayMetrics: GatewayMetrics
    private let log: Log

    init(_ gatewayMetrics: GatewayMetrics, _ log: Log) {
        self.gatewayMetrics = gatewayMetrics
        self.log = log
    }

    func take(_ event: ProviderEvent) {
        func write(_ level: LogLevel, _ message: String, _ fields: [(String, String)] = []) {
            log.write(
                level, message, requestID: event.requestID, fields: [("provider", event.provider.text)] + fields)
        }
        func count(_ result: String) { gatewayMetrics.keyFetches.counter([event.provider.text, result]).add() }
        switch event.kind {
        case .keysFetched(let leftOut):
            count("fetched")
            write(
                .info, "a provider's keys were fetched",
                leftOut.isEmpty ? [] : [("left_out", leftOut.joined(separator: "; "))])
        case .keysFailed(let detail, let isServingStale):
            count(isServingStale ? "stale" : "failed")
            write(
                .warning,
                isServingStale
                    ? "a provider's keys cannot be fetched; the last good ones serve on"
                    : "a provider's keys cannot be fetched, and there are none", [("detail", detail)])
        case .documentFailed(let detail, let isServingStale):
            write(
                .warning,
                isServingStale
                    ? "a provider's discovery document cannot be used; the last valid one stays in use"
                    : "a provider's discovery document cannot be used", [("detail", detail)])
        case .endpointsLeftOut(let endpoints):
            write(
                .warning, "endpoints of a provider's discovery document cannot be used and are left out",
                [("detail", endpoints.joined(separator: "; "))])
        case .userinfoFailed(let subject, let detail):
            write(
                .warning, "userinfo could not be obtained; the claims that it would have supplied are unknown",
                [("subject", subject.text), ("detail", detail)])
        case .secretMovedToForm:
            write(
                .warning,
                "a provider refused the client's secret by client_secret_basic and accepted it by client_secret_post; "
                    + "set token_endpoint_auth to client_secret_post")
        }
    }
}
