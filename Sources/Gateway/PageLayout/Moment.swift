package import Time

/// Times in a readable form.
package enum Moment {
    /// `24 Nov 2026, 16:05 UTC`
    package static func text(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        return "\(day(moment)), \(CalendarDate.padded(date.hour)):\(CalendarDate.padded(date.minute)) UTC"
    }

    /// `24 Nov 2026`, by UTC.
    package static func day(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        return "\(date.day) \(date.monthName) \(date.year)"
    }
}
