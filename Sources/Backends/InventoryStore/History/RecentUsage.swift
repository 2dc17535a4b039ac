package import Databases
package import Identities
package import Inventory
package import Time

/// An organization's figures at the end of each of the last 91 days, kept in memory for the summary and its
/// pictures.
///
/// A day without changes has the figures of the day before, so the value can be continued without the store.
package struct RecentUsage: Sendable, Hashable {
    /// The number of days from the base of `change_30d` to the last day.
    static let span = 30
    /// The number of days before the last one.
    static let kept = 90

    /// The latest day: today, or a later day if the clock jumped back.
    package private(set) var today: CalendarDay
    /// The figures from ``kept`` days before ``today`` to ``today``; nil before the first known day.
    package private(set) var days: [MetricCounts?]

    package init(today: CalendarDay) {
        self.today = today
        days = Array(repeating: nil, count: RecentUsage.kept + 1)
    }

    /// Reads the figures of an organization.
    package init(
        of organization: OrganizationID, today: CalendarDay, _ transaction: Transaction
    ) throws(DatabaseError) {
        self.init(today: today)
        let series = UsageSeries(organization: organization, workspace: "", transaction: transaction)
        let dates = days.indices.map { today - (RecentUsage.kept - $0) }
        var figures: [MetricCounts?] = Array(repeating: MetricCounts(), count: days.count)
        for metric in Metric.allCases {
            for (index, figure) in try series.figures(metric, on: dates, today: today).enumerated() {
                if let figure { figures[index]?[metric] = figure } else { figures[index] = nil }
            }
        }
        days = figures.map { $0?.clamped }
    }

    /// The figures 30 days before the latest day; nil if they are not known.
    package var base: MetricCounts? { days[days.count - 1 - RecentUsage.span] }

    /// Continues to a later day. An earlier day changes nothing: a clock that jumped back continues the latest day.
    mutating func roll(to day: CalendarDay) {
        let passed = min(day - today, days.count)
        guard passed > 0 else { return }
        let current = days[days.count - 1]
        days.removeFirst(passed)
        days += Array(repeating: current, count: passed)
        today = day
    }

    /// Returns the value continued to a later day.
    package func rolled(to day: CalendarDay) -> RecentUsage {
        var usage = self
        usage.roll(to: day)
        return usage
    }

    /// Sets the figures after a change.
    ///
    /// - Parameter day: the day that the change was recorded for. If it is earlier than ``today``, the value must be read
    ///   again instead.
    package mutating func set(_ figures: MetricCounts, on day: CalendarDay) {
        roll(to: day)
        days[days.count - 1] = figures
    }
}
