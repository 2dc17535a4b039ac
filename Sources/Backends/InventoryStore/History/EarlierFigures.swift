package import Inventory

/// A workspace's figures at the end of an earlier day, as far as its history goes back to it.
package struct EarlierFigures: Sendable, Hashable {
    @usableFromInline internal var counts = MetricCounts()
    /// One bit for each metric whose figure is known, in the order of the metrics.
    @usableFromInline internal var known: UInt8 = 0

    @inlinable package init() {}

    /// A figure; nil if the history of the metric begins later.
    @inlinable package subscript(metric: Metric) -> Int? {
        get { known & EarlierFigures.bit(metric) != 0 ? counts[metric] : nil }
        set {
            counts[metric] = newValue ?? 0
            if newValue != nil { known |= EarlierFigures.bit(metric) } else { known &= ~EarlierFigures.bit(metric) }
        }
    }

    /// True if no figure is known.
    @inlinable package var isEmpty: Bool { known == 0 }

    @inlinable static func bit(_ metric: Metric) -> UInt8 {
        switch metric {
        case .workflows: 1
        case .nestedWorkflows: 2
        case .workflowEditors: 4
        case .caseOperators: 8
        case .runners: 16
        }
    }
}
