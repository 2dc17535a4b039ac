package import Time
public import TimeZones
package import Web

/// Times as one user reads them: in the user's time zone, with UTC in the tooltip.
public struct PageTimes: Sendable {
    package let zone: TimeZone

    public init(_ zone: TimeZone = .utc) { self.zone = zone }

    /// `24 Nov 2026, 17:05`
    package func moment(_ moment: Timestamp) -> HTML { element(moment, text(moment)) }

    /// `24 Nov 2026, 17:05:09`
    package func precise(_ moment: Timestamp) -> HTML {
        element(moment, "\(day(zone.day(at: moment))), \(clock(moment))")
    }

    /// `17:05:09`, for a list under the heading of its day.
    package func time(_ moment: Timestamp) -> HTML { element(moment, clock(moment)) }

    /// `24 Nov, 17:05`
    package func brief(_ moment: Timestamp) -> HTML {
        let date = zone.date(at: moment)
        return element(moment, "\(date.day) \(date.monthName), \(PageTimes.minutes(date))")
    }

    /// `24 Nov 2026`
    package func day(_ moment: Timestamp) -> HTML { element(moment, day(zone.day(at: moment))) }

    /// `24 Nov`, or `24 Nov 2025` beside a moment of another year.
    package func day(_ moment: Timestamp, beside other: Timestamp) -> HTML {
        let (day, near) = (zone.date(at: moment), zone.date(at: other))
        return element(moment, "\(day.day) \(day.monthName)" + (day.year == near.year ? "" : " \(day.year)"))
    }

    /// `24 Nov 2026, 17:05`, where markup is not possible.
    package func text(_ moment: Timestamp) -> String {
        let date = zone.date(at: moment)
        return "\(date.day) \(date.monthName) \(date.year), \(PageTimes.minutes(date))"
    }

    /// The zone's name and its offset at a moment, such as `Europe/Berlin (UTC+1)`.
    package func name(at moment: Timestamp) -> String {
        zone == .utc ? "UTC" : "\(zone.name) (\(zone.offset(at: moment).text))"
    }

    private func day(_ day: CalendarDay) -> String { day.shown }

    private func clock(_ moment: Timestamp) -> String {
        let date = zone.date(at: moment)
        return "\(PageTimes.minutes(date)):\(CalendarDate.padded(date.second))"
    }

    private static func minutes(_ date: CalendarDate) -> String {
        "\(CalendarDate.padded(date.hour)):\(CalendarDate.padded(date.minute))"
    }

    private func element(_ moment: Timestamp, _ shown: String) -> HTML {
        let date = CalendarDate(moment)
        let universal =
            "\(date.day) \(date.monthName) \(date.year), \(PageTimes.minutes(date)):\(CalendarDate.padded(date.second)) UTC"
        return "<time datetime=\"\(moment.rfc3339)\" title=\"\(universal)\">\(shown)</time>"
    }
}
