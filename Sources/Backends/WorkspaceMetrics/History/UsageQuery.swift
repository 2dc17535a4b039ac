public import MetricsSnapshots
internal import Text
public import Time

/// A query for usage history: a range of days, the interval between points, and whose figures.
public struct UsageQuery: Sendable, Hashable {
    public let interval: UsageInterval
    /// The first day of the range.
    public let from: CalendarDay
    /// The last day of the range, included; may be in the future.
    public let to: CalendarDay
    /// The id of a workspace; nil for the whole organization.
    public let workspace: String?

    /// The most points of one query.
    static let mostPoints = 1000
    /// The number of days without `from`.
    private static let defaultDays = 90

    /// Parses `from`, `to`, `interval` and `workspace`, percent-decoded. An empty value counts as absent. Other
    /// parameters are ignored.
    ///
    /// - Parameter today: the day on which the range ends if there is no `to`.
    public init(_ parameters: [(name: String, value: String)], today: CalendarDay) throws(QueryError) {
        var values: [ExactText: String] = [:]
        var faults: [QueryIssue] = []
        func note(_ parameter: String, _ detail: String) {
            faults.append(QueryIssue(parameter: parameter, detail: detail))
        }
        for (name, value) in parameters where UsageQuery.names.contains(exactly: name) {
            if values.updateValue(value, forKey: ExactText(name)) != nil { note(name, QueryIssue.twice) }
        }
        let given = values.filter { !$0.value.isEmpty }
        func day(_ name: String) -> CalendarDay? {
            guard let text = given[ExactText(name)] else { return nil }
            let day = CalendarDay(text)
            if day == nil { note(name, "The value must be a date, such as 2026-01-31.") }
            return day
        }
        let (first, last) = (day("from"), day("to"))
        to = last ?? today
        from = first ?? to - (UsageQuery.defaultDays - 1)
        workspace = given["workspace"]
        interval = given["interval"].flatMap { UsageInterval(exactly: $0) } ?? .day
        if let interval = given["interval"], UsageInterval(exactly: interval) == nil {
            note("interval", QueryIssue.choice(of: UsageInterval.allCases.map(\.rawValue)))
        }
        if faults.isEmpty {
            if from > to {
                note("from", "The first day must not be after \(last == nil ? "today" : "the last day").")
            } else if isTooLong {
                let most = UsageQuery.mostPoints
                note("from", "The range has more than \(most) points. Shorten it, or choose a longer interval.")
            }
        }
        guard faults.isEmpty else { throw QueryError(faults: faults) }
    }

    private static let names = ["from", "to", "interval", "workspace"]

    /// True if the whole range, including days that are yet to come, has too many points.
    private var isTooLong: Bool {
        // An interval has at least one day and at most 31.
        guard to - from < 31 * (UsageQuery.mostPoints + 1) else { return true }
        var (count, start) = (0, interval.start(of: from))
        while start <= to, count <= UsageQuery.mostPoints { (count, start) = (count + 1, interval.next(after: start)) }
        return count > UsageQuery.mostPoints
    }

    /// The first days of the intervals of the range. An interval that begins after today has no figures, and is left
    /// out.
    func starts(today: CalendarDay) -> [CalendarDay] {
        var starts: [CalendarDay] = []
        var start = interval.start(of: from)
        while start <= min(to, today) {
            starts.append(start)
            start = interval.next(after: start)
        }
        return starts
    }
}

extension UsageQuery {
    /// The period of the same length that ends before this one; nil if it would begin before the calendar's range.
    public var before: UsageQuery? {
        let length = to - from + 1
        let end = interval.start(of: from) - 1
        let start = end - (length - 1)
        return start - CalendarDay(number: -1_000_000) > 0
            ? UsageQuery(interval: interval, from: start, to: end, workspace: workspace) : nil
    }

    private init(interval: UsageInterval, from: CalendarDay, to: CalendarDay, workspace: String?) {
        (self.interval, self.from, self.to, self.workspace) = (interval, from, to, workspace)
    }
}
