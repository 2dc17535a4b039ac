public import Time

/// The interval between two points of usage history. The raw values are the names in the API.
public enum UsageInterval: String, Sendable, CaseIterable {
    case day
    /// A week that begins on Monday (ISO 8601).
    case week
    case month

    /// The first day of the interval that contains a day.
    public func start(of day: CalendarDay) -> CalendarDay {
        switch self {
        case .day: day
        case .week: day.firstOfWeek
        case .month: day.firstOfMonth
        }
    }

    /// The first day of the next interval.
    ///
    /// - Parameter start: the first day of an interval.
    public func next(after start: CalendarDay) -> CalendarDay {
        switch self {
        case .day: start + 1
        case .week: start + 7
        // The longest month has 31 days, and the next one has at least 28.
        case .month: (start + 31).firstOfMonth
        }
    }
}
