internal import JSON

/// How much of each metric an organization is entitled to; `nil` where nothing is agreed.
public struct License: Sendable, Hashable {
    private var entitlements: [Metric: Int] = [:]

    public init() {}

    public subscript(metric: Metric) -> Int? {
        get { entitlements[metric] }
        set { entitlements[metric] = newValue }
    }
}

extension MetricsSnapshot {
    /// `{"workspaces":n,"metrics":{"workflows":{"total","distinct","licensed","used"},…}}`; `distinct` is null but for
    /// people, `used` is a fraction of 1 and null where there is no entitlement, or one of nothing.
    func summary(_ license: License) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 512)
        writer.beginObject()
        writer.member("workspaces", rows.count)
        writer.name("metrics")
        writer.beginObject()
        for metric in Metric.allCases {
            let distinct: Int? =
                switch metric {
                case .workflowEditors: distinct.editors
                case .caseOperators: distinct.operators
                default: nil
                }
            writer.name(metric.rawValue)
            writer.beginObject()
            writer.member("total", totals[metric])
            writer.member("distinct", distinct)
            writer.member("licensed", license[metric])
            writer.name("used")
            if let licensed = license[metric], licensed > 0 {
                writer.double(Double(distinct ?? totals[metric]) / Double(licensed))
            } else {
                writer.null()
            }
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
