internal import Telemetry

/// One request on its way, for the log and the figures.
final class RequestContext {
    var record = AccessRecord()
    /// `nil` for requests that never had a route.
    var route: Route?
}
