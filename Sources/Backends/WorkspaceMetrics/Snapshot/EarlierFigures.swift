internal import Inventory

/// A workspace's figures at the end of an earlier day, as far as its history goes back to it.
struct EarlierFigures: Sendable, Hashable {
    private var counts = MetricCounts()
    /// One bit for each metric whose figure is known, in the order of the metrics.
    private var known: UInt8 = 0

    /// A figure; nil if the history of the metric begins later.
    subscript(metric: Metric) -> Int? {
        get { known & EarlierFigures.bit(metric) != 0 ? counts[metric] : nil }
        set {
            counts[metric] = newValue ?? 0
            if newValue != nil { known |= EarlierFigures.bit(metric) } else { known &= ~EarlierFigures.bit(metric) }
        }
    }

    /// True if no figure is known.
    var isEmpty: Bool { known == 0 }

    private static func bit(_ metric: Metric) -> UInt8 {
        switch metric {
        case .workflows: 1
        case .nestedWorkflows: 2
        case .workflowEditors: 4
        case .caseOperators: 8
        case .runners: 16
        }
    }
}

/// The earlier figures of an id that no workspace has now. They count again if a workspace with the id is created.
struct FormerWorkspace: Sendable {
    let id: String
    let earlier: EarlierFigures
    /// The estimated size in memory, in bytes.
    var bytes: Int { 96 + id.utf8.count }

    struct Order: TotalOrder {
        func precedes(_ a: FormerWorkspace, _ b: FormerWorkspace) -> Bool { compare(a.id, b.id) < 0 }
    }
}
