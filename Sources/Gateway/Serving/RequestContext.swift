internal import Telemetry

/// The state of one request, for the log and the metrics.
final class RequestContext {
    var record = AccessRecord()
    /// The route; nil if the request never had one.
    var route: Route?
}
