/// A number that is counted for each workspace. The raw values are the names in the API.
public enum Metric: String, Sendable, CaseIterable {
    case workflows
    case nestedWorkflows = "nested_workflows"
    case workflowEditors = "workflow_editors"
    case caseOperators = "case_operators"
    case runners

    /// True if the metric counts people, who may be members of several workspaces.
    public var countsPeople: Bool { self == .workflowEditors || self == .caseOperators }
}

/// One number for each metric.
public struct MetricCounts: Sendable, Hashable {
    public var workflows = 0
    public var nestedWorkflows = 0
    public var workflowEditors = 0
    public var caseOperators = 0
    public var runners = 0

    @inlinable public init() {}

    /// The counts limited to the range from zero to 2³¹ − 1, which includes any real inventory. Sums of them cannot
    /// overflow, even if the store is corrupt.
    package var clamped: MetricCounts {
        var counts = MetricCounts()
        for metric in Metric.allCases { counts[metric] = max(0, min(self[metric], Int(Int32.max))) }
        return counts
    }

    @inlinable public subscript(metric: Metric) -> Int {
        get {
            switch metric {
            case .workflows: workflows
            case .nestedWorkflows: nestedWorkflows
            case .workflowEditors: workflowEditors
            case .caseOperators: caseOperators
            case .runners: runners
            }
        }
        set {
            switch metric {
            case .workflows: workflows = newValue
            case .nestedWorkflows: nestedWorkflows = newValue
            case .workflowEditors: workflowEditors = newValue
            case .caseOperators: caseOperators = newValue
            case .runners: runners = newValue
            }
        }
    }

    /// Subtracts the numbers of a workspace from a total.
    package mutating func subtract(_ counts: MetricCounts) {
        for metric in Metric.allCases { self[metric] -= counts[metric] }
    }

    /// Adds the numbers of a workspace to a total.
    @inlinable package static func += (total: inout MetricCounts, counts: MetricCounts) {
        total.workflows += counts.workflows
        total.nestedWorkflows += counts.nestedWorkflows
        total.workflowEditors += counts.workflowEditors
        total.caseOperators += counts.caseOperators
        total.runners += counts.runners
    }
}
