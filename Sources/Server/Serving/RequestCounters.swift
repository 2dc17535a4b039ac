internal import Telemetry

/// References to the counters that one reactor uses, so that counting needs no look-up by text.
struct RequestCounters {
    private struct Key: Hashable {
        let route: String
        let method: String
        let status: Int
    }

    private var requests: [Key: Counter] = [:]
    private var permits: [String: Counter] = [:]

    /// - Parameter route: the template of the path, or the name of another route.
    mutating func count(_ gatewayMetrics: GatewayMetrics, _ route: String, _ method: String, _ status: Int) {
        let key = Key(route: route, method: method, status: status)
        if let counter = requests[key] { return counter.add() }
        let counter = gatewayMetrics.requests.counter([route, method, String(status)])
        requests[key] = counter
        counter.add()
    }

    mutating func permits(_ gatewayMetrics: GatewayMetrics, _ role: String) {
        if let counter = permits[role] { return counter.add() }
        let counter = gatewayMetrics.decisions.counter(["permit", role])
        permits[role] = counter
        counter.add()
    }
}
