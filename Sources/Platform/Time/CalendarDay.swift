/// A UTC calendar day (Gregorian), as the number of days since 1970-01-01.
public struct CalendarDay: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01, from -1,000,000 to 1,000,000 (the years -768 to 4707), so that arithmetic cannot overflow.
    public let number: Int

    /// - Parameter number: days since 1970-01-01, clamped to the range.
    public init(number: Int) { self.number = max(-1_000_000, min(number, 1_000_000)) }

    /// The day of a moment.
    public init(_ moment: Timestamp) {
        let (quotient, remainder) = moment.seconds.quotientAndRemainder(dividingBy: 86400)
        self.init(number: Int(remainder < 0 ? quotient - 1 : quotient))
    }

    /// Parses `YYYY-MM-DD` (RFC 3339, full-date). Returns nil for any other text, and for a day that does not exist.
    public init?(_ text: String) {
        guard text.utf8.count == 10, let moment = Timestamp(rfc3339: text + "T00:00:00Z") else { return nil }
        self.init(moment)
    }

    /// `YYYY-MM-DD`.
    public var text: String {
        let date = CalendarDate(start)
        return
            "\(CalendarDate.padded(date.year, to: 4))-\(CalendarDate.padded(date.month))-\(CalendarDate.padded(date.day))"
    }

    /// The first moment of the day.
    public var start: Timestamp { Timestamp(seconds: Int64(number) * 86400) }

    /// The Monday of the day's week (ISO 8601).
    public var firstOfWeek: CalendarDay {
        // 1970-01-01 was a Thursday.
        self - ((number + 3) % 7 + 7) % 7
    }

    /// The first day of the day's month.
    public var firstOfMonth: CalendarDay { self - (CalendarDate(start).day - 1) }

    public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.number < b.number }
    public static func + (day: CalendarDay, days: Int) -> CalendarDay {
        let (sum, overflow) = day.number.addingReportingOverflow(days)
        return CalendarDay(number: overflow ? (days < 0 ? .min : .max) : sum)
    }
    public static func - (day: CalendarDay, days: Int) -> CalendarDay { day + (0 &- days) }
    /// The number of days from one day to another; negative if the first is earlier.
    public static func - (a: CalendarDay, b: CalendarDay) -> Int { a.number - b.number }
}
