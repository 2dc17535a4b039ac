internal import Telemetry
internal import Web

/// References to the counters that one reactor uses, so that counting needs no look-up by text.
struct RequestCounters {
    private struct Key: Hashable {
        let resource: ObjectIdentifier?
        let method: String
        let status: Int
    }

    private var requests: [Key: Counter] = [:]
    private var permits: [String: Counter] = [:]

    /// Counts a request; the label is the template of its path.
    mutating func count(_ gatewayMetrics: GatewayMetrics, _ resource: Resource?, _ method: String, _ status: Int) {
        let key = Key(resource: resource.map(ObjectIdentifier.init), method: method, status: status)
        if let counter = requests[key] { return counter.add() }
        let counter = gatewayMetrics.requests.counter([resource?.path.text ?? "unmatched", method, String(status)])
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
