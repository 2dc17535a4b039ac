internal import Inventory

/// The numbers of distinct email addresses among an organization's workflow editors and case operators.
package struct DistinctPeople: Sendable, Hashable {
    package internal(set) var editors = 0
    package internal(set) var operators = 0

    package init(editors: Int = 0, operators: Int = 0) {
        (self.editors, self.operators) = (editors, operators)
    }

    /// The number of people with a capability. No number is kept for owners.
    subscript(capability: MemberCapabilities) -> Int {
        get { capability == .editsWorkflows ? editors : capability == .operatesCases ? operators : 0 }
        set {
            if capability == .editsWorkflows { editors = newValue }
            if capability == .operatesCases { operators = newValue }
        }
    }

    /// The numbers in the range of ``MetricCounts/clamped``.
    package var clamped: DistinctPeople {
        let range = 0...Int(Int32.max)
        return DistinctPeople(
            editors: max(range.lowerBound, min(editors, range.upperBound)),
            operators: max(range.lowerBound, min(operators, range.upperBound)))
    }
}
