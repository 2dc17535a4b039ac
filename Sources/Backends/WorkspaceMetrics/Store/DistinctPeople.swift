internal import Inventory

/// The numbers of distinct e-mail addresses among an organization's workflow editors and case operators.
struct DistinctPeople: Sendable, Hashable {
    var editors = 0
    var operators = 0

    /// The number of people with a capability. No number is kept for owners.
    subscript(capability: MemberCapabilities) -> Int {
        get { capability == .editsWorkflows ? editors : capability == .operatesCases ? operators : 0 }
        set {
            if capability == .editsWorkflows { editors = newValue }
            if capability == .operatesCases { operators = newValue }
        }
    }

    /// The numbers in the range of ``MetricCounts/clamped``.
    var clamped: DistinctPeople {
        let range = 0...Int(Int32.max)
        return DistinctPeople(
            editors: max(range.lowerBound, min(editors, range.upperBound)),
            operators: max(range.lowerBound, min(operators, range.upperBound)))
    }
}
