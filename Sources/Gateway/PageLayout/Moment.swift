package import Time

/// Times in a readable form.
package enum Moment {
    /// `24 Nov 2026, 16:05 UTC`
    package static func text(_ moment: Timestamp) -> String {
        let date = CalendarDate(moment)
        let time = "\(CalendarDate.padded(date.hour)):\(CalendarDate.padded(date.minute))"
        return "\(date.day) \(date.monthName) \(date.year), \(time) UTC"
    }
}
