internal import Databases
internal import GatewayStores
internal import HTTPMessage
internal import HTTPServer
internal import Sockets
internal import Telemetry
internal import Text
internal import Time

/// The admin listener: only `/healthz`, `/readyz` and `/metrics`.
final class AdminHandler: RequestHandler {
    private let health: StoreHealth
    private let gatewayMetrics: GatewayMetrics
    private let database: Database
    private let log: Log

    init(health: StoreHealth, gatewayMetrics: GatewayMetrics, database: Database, log: Log) {
        self.health = health
        self.database = database
        self.gatewayMetrics = gatewayMetrics
        self.log = log
    }

    /// The paths of the listener.
    private enum Path: String, CaseIterable {
        case health = "/healthz"
        case readiness = "/readyz"
        case metrics = "/metrics"
    }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        guard let path = Path(exactly: request.target.path) else {
            return .now(text(Status(404), "not found\n"))
        }
        guard request.method == .get || request.method == .head else {
            var response = text(Status(405), "method not allowed\n")
            response.fields.append(.allow, "GET, HEAD")
            return .now(response)
        }
        switch path {
        case .health: return .now(text(.ok, "ok\n"))
        case .readiness:
            let isReady = health.isReady(at: turn.monotonic)
            return .now(isReady ? text(.ok, "ready\n") : text(.serviceUnavailable, "not ready\n"))
        case .metrics:
            let age = turn.monotonic.nanoseconds(since: database.lastContact)
            let page = gatewayMetrics.render(
                droppedLogLines: log.sink.dropped, store: database.load, contactAge: Double(age) / 1e9)
            return .now(text(.ok, page, type: PrometheusText.contentType))
        }
    }

    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer {
        .now(text(fault.status, "\(fault.rawValue)\n"))
    }

    func completed(_ exchange: CompletedExchange) {}

    private func text(_ status: Status, _ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        let fields = Fields([
            (.contentType, type), (.cacheControl, "no-store"), (.contentTypeOptions, "nosniff"),
        ])
        return Response(status, fields: fields, body: Array(text.utf8))
    }
}
