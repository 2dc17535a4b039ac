/// The measurements that degraded between the first and the last quarter of a soak test.
struct SoakDrift {
    /// Largest relative decrease of requests per minute.
    static let throughput = 0.2
    /// Largest factor of a kind's p99, plus 10 ms, because a loaded machine is never quiet.
    static let latency = 2.0
    static let latencySlack = 10_000.0
    /// Largest relative growth of resident memory, plus 16 MiB.
    static let memory = 0.25
    static let memorySlack = 16.0
    static let descriptors = 20.0
    /// Largest share of failed requests.
    static let errors = 0.001

    /// Descriptions with the measured values; empty if nothing degraded.
    let faults: [String]

    /// - Parameter minutes: measurements per minute. The first minute is left out if there are others, because caches
    ///   fill in it.
    init(_ minutes: [SoakMinute]) {
        let steady = minutes.count > 1 ? Array(minutes.dropFirst()) : minutes
        let length = max(1, steady.count / 4)
        let (first, last) = (steady.prefix(length), steady.suffix(length))
        func mean(_ part: ArraySlice<SoakMinute>, _ value: (SoakMinute) -> Double) -> Double {
            part.isEmpty ? 0 : part.map(value).reduce(0, +) / Double(part.count)
        }
        var faults: [String] = []
        func check(
            _ name: String, _ value: (SoakMinute) -> Double, isWorse: (_ before: Double, _ after: Double) -> Bool
        ) {
            let (before, after) = (mean(first, value), mean(last, value))
            if isWorse(before, after) {
                faults.append("\(name): \(SoakTable.rounded(before)) before, \(SoakTable.rounded(after)) after")
            }
        }
        check("requests per minute", { Double($0.requests) }) { $1 < $0 * (1 - SoakDrift.throughput) }
        check("resident memory in MiB", \.residentMemory) {
            $1 > $0 * (1 + SoakDrift.memory) + SoakDrift.memorySlack
        }
        check("open descriptors", { Double($0.openDescriptors) }) { $1 > $0 + SoakDrift.descriptors }
        for kind in LoadKind.allCases {
            check("p99 of \(kind.rawValue) in microseconds", { Double($0.kinds[kind]?.p99 ?? 0) }) {
                $1 > $0 * SoakDrift.latency + SoakDrift.latencySlack
            }
        }
        let (requests, errors) = minutes.reduce((0, 0)) { ($0.0 + $1.requests, $0.1 + $1.errors) }
        if Double(errors) > Double(requests) * SoakDrift.errors {
            faults.append("errors: \(errors) of \(requests) requests")
        }
        self.faults = faults
    }
}
