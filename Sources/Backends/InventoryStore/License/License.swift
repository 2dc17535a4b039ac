public import Inventory

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

    /// Returns the used share of a limit, as a fraction of 1. Nil if the limit is zero or unlimited.
    package static func used(_ figure: Int, of licensed: Int?) -> Double? {
        licensed.flatMap { $0 > 0 ? Double(figure) / Double($0) : nil }
    }

    /// Returns the state of a metric; nil if it is unlimited.
    package func state(of figure: Int, _ metric: Metric) -> LicenseState? {
        guard let entitlement = self[metric] else { return nil }
        if figure > entitlement { return .over }
        guard let used = License.used(figure, of: entitlement) else { return .ok }
        return used >= near ? .near : .ok
    }

    /// The text of everything that a summary depends on, for entity tags.
    package var fingerprint: String {
        let limits = Metric.allCases.map { self[$0].map { String($0) } ?? "-" }
        return (limits + ["\(near)"]).joined(separator: ",")
    }
}
