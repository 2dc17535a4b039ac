internal import Glibc

/// A UTC date and time of day (Gregorian calendar).
public struct CalendarDate: Sendable, Hashable {
    public var year: Int
    /// Month, 1–12.
    public var month: Int
    /// Day of the month, 1–31.
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// The date and time of a moment, rounded down to the second.
    public init(_ moment: Timestamp) {
        var time: time_t = Int(moment.seconds)
        // `tm` holds a pointer to a zone name, which is never read here. gmtime_r fails only for years beyond Int32.
        var split = unsafe tm()
        unsafe gmtime_r(&time, &split)
        (year, month, day) = unsafe (Int(split.tm_year) + 1900, Int(split.tm_mon) + 1, Int(split.tm_mday))
        (hour, minute, second) = unsafe (Int(split.tm_hour), Int(split.tm_min), Int(split.tm_sec))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    public var secondsSinceEpoch: Int {
        var split = unsafe tm(
            tm_sec: Int32(second), tm_min: Int32(minute), tm_hour: Int32(hour), tm_mday: Int32(day),
            tm_mon: Int32(month - 1), tm_year: Int32(year - 1900), tm_wday: 0, tm_yday: 0, tm_isdst: 0, tm_gmtoff: 0,
            tm_zone: nil)
        return unsafe timegm(&split)
    }

    /// English name of the month in three letters, such as `Nov`.
    public var monthName: String { CalendarDate.months[month - 1] }

    /// English name of the day of the week in three letters, such as `Tue`.
    public var dayName: String {
        // 1970-01-01 was a Thursday; the days since then are rounded down.
        let days = (Double(secondsSinceEpoch) / 86400).rounded(.down)
        return CalendarDate.days[((Int(days) % 7) + 7) % 7]
    }

    // date-time = day-name "," SP day SP month SP year SP hour ":" minute ":" second (RFC 5322, section 3.3; RFC 9110,
    // section 5.6.7), before the zone
    /// Date and time as HTTP and email write them, without the zone: `Tue, 24 Nov 2026 16:05:00`.
    public var internetText: String {
        let date = "\(dayName), \(CalendarDate.padded(day)) \(monthName) \(CalendarDate.padded(year, to: 4))"
        return date + " \(CalendarDate.padded(hour)):\(CalendarDate.padded(minute)):\(CalendarDate.padded(second))"
    }

    /// A number in decimal, with zeros in front up to a count of digits.
    public static func padded(_ number: Int, to digits: Int = 2) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
}
