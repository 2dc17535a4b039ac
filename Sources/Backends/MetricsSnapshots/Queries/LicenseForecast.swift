internal import Time

/// Extrapolates a metric by the least-squares line through the last 30 days.
enum LicenseForecast {
    /// The number of days that the line goes through, today included.
    static let days = 30
    /// The least number of known days.
    static let fewestDays = 14

    /// Returns the first day on which the line reaches the entitlement. Returns nil if too few days are known, if the
    /// slope is not positive, or if the figure has already reached the entitlement. It is also nil if the day is more
    /// than two years ahead.
    ///
    /// - Parameters:
    ///   - figures: the figures at the end of the last days, in ascending order; the last one is today's. Nil if a figure
    ///     is not known.
    ///   - today: the day of the last figure. If the line is above the entitlement while the figure is below, the result
    ///     is the next day.
    static func day(reaching entitlement: Int, _ figures: [Int?], today: CalendarDay) -> CalendarDay? {
        guard let current = figures.last ?? nil, current < entitlement else { return nil }
        let recent = figures.suffix(days)
        // Exact sums: at most 30 days of figures below 2³¹ cannot overflow 64 bits.
        var (n, x, y, xx, xy) = (0, 0, 0, 0, 0)
        for (index, figure) in recent.enumerated() {
            guard let figure else { continue }
            (n, x, y, xx, xy) = (n + 1, x + index, y + figure, xx + index * index, xy + index * figure)
        }
        guard n >= fewestDays else { return nil }
        // The line is y = (y̅ − b·x̅) + b·x with the slope b = rise / run.
        let (rise, run) = (n * xy - x * y, n * xx - x * x)
        guard rise > 0, run > 0 else { return nil }
        // It reaches the entitlement at x ≥ (entitlement·n·run − y·run + rise·x) / (n·rise).
        let (dividend, divisor) = (entitlement * n * run - y * run + rise * x, n * rise)
        let position = dividend / divisor + (dividend % divisor > 0 ? 1 : 0)
        let day = today + max(1, position - (recent.count - 1))
        return day <= twoYears(after: today) ? day : nil
    }

    private static func twoYears(after day: CalendarDay) -> CalendarDay {
        var date = CalendarDate(day.start)
        date.year += 2
        return CalendarDay(Timestamp(seconds: Int64(date.secondsSinceEpoch)))
    }
}
