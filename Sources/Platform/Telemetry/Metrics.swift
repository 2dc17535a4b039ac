internal import Synchronization

/// A counter that only grows. Reactors share it and keep a reference, so that counting is one atomic addition.
public final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    public init() {}

    public func add(_ amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    public var value: UInt64 { count.load(ordering: .relaxed) }
}

/// The distribution of durations: counts per upper bound, in seconds.
public final class Histogram: Sendable {
    /// Upper bounds of the buckets, in seconds.
    public static let bounds: [Double] = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
    ]

    private let buckets = (0...Histogram.bounds.count).map { _ in Counter() }
    private let sum = Counter()

    public init() {}

    public func record(nanoseconds: UInt64) {
        let seconds = Double(nanoseconds) / 1e9
        let bucket = Histogram.bounds.firstIndex { seconds <= $0 } ?? Histogram.bounds.count
        buckets[bucket].add()
        sum.add(nanoseconds)
    }

    func write(_ name: String, to text: inout String) {
        var total: UInt64 = 0
        for (index, bucket) in buckets.enumerated() {
            total += bucket.value
            let bound = index < Histogram.bounds.count ? "\(Histogram.bounds[index])" : "+Inf"
            text += "\(name)_bucket{le=\"\(bound)\"} \(total)\n"
        }
        text += "\(name)_sum \(Double(sum.value) / 1e9)\n\(name)_count \(total)\n"
    }
}

/// Counters distinguished by label values. The values must be bounded: templates and codes, never paths.
public final class CounterFamily: Sendable {
    public let name: String
    public let help: String
    public let labels: [String]
    private let series = Mutex<[[String]: Counter]>([:])

    public init(_ name: String, labels: [String], help: String) {
        self.name = name
        self.labels = labels
        self.help = help
    }

    /// Returns the counter of the given values, in the order of the labels; keep it for frequent use.
    public func counter(_ values: [String]) -> Counter {
        series.withLock { series in
            if let counter = series[values] { return counter }
            let counter = Counter()
            series[values] = counter
            return counter
        }
    }

    func write(to text: inout String) {
        let sorted = series.withLock { Array($0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (values, counter) in sorted {
            text += name + PrometheusText.labels(Array(zip(labels, values))) + " \(counter.value)\n"
        }
    }
}

/// The text format of Prometheus, version 0.0.4.
public struct PrometheusText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public private(set) var text = ""

    public init() {}

    public mutating func append(_ family: CounterFamily) {
        head(family.name, "counter", family.help)
        family.write(to: &text)
    }

    public mutating func append(_ name: String, _ histogram: Histogram, help: String) {
        head(name, "histogram", help)
        histogram.write(name, to: &text)
    }

    /// Appends a single value.
    public mutating func append(
        _ name: String, kind: String = "gauge", help: String, labels: [(String, String)] = [], _ value: Double
    ) {
        append(name, kind: kind, help: help, rows: [(labels, value)])
    }

    /// Appends several values of one name, each with its labels.
    public mutating func append(
        _ name: String, kind: String = "gauge", help: String, rows: [(labels: [(String, String)], value: Double)]
    ) {
        head(name, kind, help)
        for (labels, value) in rows {
            let number = value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
            text += name + PrometheusText.labels(labels) + " \(number)\n"
        }
    }

    private mutating func head(_ name: String, _ kind: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    static func labels(_ pairs: [(String, String)]) -> String {
        guard !pairs.isEmpty else { return "" }
        return "{" + pairs.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    // The text is escaped per scalar: as a character, CR LF differs from LF, and a quotation mark with an accent from
    // one without.
    private static func escaped(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar.value {
            case 0x5C: result.append(contentsOf: "\\\\".unicodeScalars)
            case 0x22: result.append(contentsOf: "\\\"".unicodeScalars)
            case 0x0A: result.append(contentsOf: "\\n".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
