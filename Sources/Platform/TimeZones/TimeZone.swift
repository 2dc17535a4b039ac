public import Time

/// A time zone: what its clocks show at each moment.
public struct TimeZone: Sendable, Hashable {
    /// What clocks show during a period.
    public struct Offset: Sendable, Hashable {
        /// Seconds that the local time is ahead of UTC; negative west of Greenwich.
        public let seconds: Int
        /// The abbreviation of the database, such as `CET`, or a number such as `+03`.
        public let abbreviation: String

        /// The offset as `UTC+1`, `UTC−3:30` or `UTC`.
        public var text: String {
            let minutes = abs(seconds) / 60
            guard minutes > 0 else { return "UTC" }
            let rest = minutes % 60
            return "UTC" + (seconds < 0 ? "\u{2212}" : "+") + "\(minutes / 60)"
                + (rest == 0 ? "" : ":" + CalendarDate.padded(rest))
        }
    }

    /// A moment from which on another offset is in force.
    struct Transition: Hashable {
        /// Seconds since 1970-01-01T00:00:00Z.
        let at: Int64
        let offset: Offset
    }

    /// The name in the database, such as `Europe/Berlin`.
    public let name: String
    /// The offset before the first transition.
    let first: Offset
    /// Transitions in ascending order.
    let transitions: [Transition]
    /// The rule after the last transition; nil if the last offset stays in force.
    let rule: ZoneRule?

    public static let utc = TimeZone(
        name: "UTC", first: Offset(seconds: 0, abbreviation: "UTC"), transitions: [], rule: nil)

    /// Returns the offset that is in force at a moment.
    public func offset(at moment: Timestamp) -> Offset {
        let seconds = moment.seconds
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == transitions.count, let rule { return rule.offset(at: seconds) }
        return low == 0 ? first : transitions[low - 1].offset
    }

    /// Returns the local date and time at a moment, rounded down to the second.
    public func date(at moment: Timestamp) -> CalendarDate {
        CalendarDate(moment + .seconds(offset(at: moment).seconds))
    }

    /// Returns the local day at a moment.
    public func day(at moment: Timestamp) -> CalendarDay {
        CalendarDay(moment + .seconds(offset(at: moment).seconds))
    }

    /// Returns the first moment of a local day. If clocks skip midnight, it is the first moment after it.
    public func start(of day: CalendarDay) -> Timestamp {
        // Offsets are less than 26 hours, so that the day's start is in this interval.
        let noon = day.start.seconds
        var (low, high) = (noon - 2 * 86400, noon + 2 * 86400)
        while low < high {
            let middle = low + (high - low) / 2
            if self.day(at: Timestamp(seconds: middle)) >= day { high = middle } else { low = middle + 1 }
        }
        return Timestamp(seconds: low)
    }
}
