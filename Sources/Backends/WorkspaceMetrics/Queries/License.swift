public import Inventory
internal import JSON

/// An organization's license: the limit of each metric, or nil for unlimited.
public struct License: Sendable, Hashable {
    private var entitlements: [Metric: Int] = [:]
    /// The used share from which a metric is near its limit, as a fraction of 1.
    public var near = 0.8
    /// True if managers get an email when a threshold is crossed.
    public var notifies = false

    public init() {}

    public subscript(metric: Metric) -> Int? {
        get { entitlements[metric] }
        set { entitlements[metric] = newValue }
    }
}

/// An organization's totals against its license.
public struct MetricsSummary: Sendable, Hashable {
    /// One metric's numbers.
    public struct Figure: Sendable, Hashable {
        public let metric: Metric
        /// The sum over all workspaces.
        public let total: Int
        /// The number of distinct people; nil for other metrics.
        public let distinct: Int?
        /// The license limit; nil for unlimited.
        public let licensed: Int?

        /// The number that counts against the license: distinct people if the metric counts people, otherwise the
        /// total.
        public var counted: Int { distinct ?? total }
        /// The used share of the license, as a fraction of 1. Nil if the limit is zero or unlimited.
        public var used: Double? {
            licensed.flatMap { $0 > 0 ? Double(counted) / Double($0) : nil }
        }
    }

    public let workspaces: Int
    /// One figure for each metric, in the order of the metrics.
    public let figures: [Figure]

    /// `{"workspaces":n,"metrics":{"workflows":{"total","distinct","licensed","used"},…}}`
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.member("workspaces", workspaces)
        writer.name("metrics")
        writer.beginObject()
        for figure in figures {
            writer.name(figure.metric.rawValue)
            writer.beginObject()
            writer.member("total", figure.total)
            writer.member("distinct", figure.distinct)
            writer.member("licensed", figure.licensed)
            writer.name("used")
            if let used = figure.used { writer.double(used) } else { writer.null() }
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}

extension MetricsSnapshot {
    func summary(_ license: License) -> MetricsSummary {
        MetricsSummary(
            workspaces: rows.count,
            figures: Metric.allCases.map { metric in
                let distinct: Int? =
                    switch metric {
                    case .workflowEditors: self.distinct.editors
                    case .caseOperators: self.distinct.operators
                    default: nil
                    }
                return MetricsSummary.Figure(
                    metric: metric, total: totals[metric], distinct: distinct, licensed: license[metric])
            })
    }
}
