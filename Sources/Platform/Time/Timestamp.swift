internal import CLinux
internal import Glibc

/// A moment of the calendar: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Reaches from the year 1678 to 2262; what lies beyond is clamped by the initialisers that take seconds.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self.nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// A NumericDate (RFC 7519, section 2): seconds since the epoch, fractions allowed. `nil` where not finite.
    public init?(numericDate seconds: Double) {
        guard seconds.isFinite else { return nil }
        let nanoseconds = seconds * 1e9
        if nanoseconds >= 9.2e18 {
            self.nanoseconds = .max
        } else if nanoseconds <= -9.2e18 {
            self.nanoseconds = .min
        } else {
            self.nanoseconds = Int64(nanoseconds)
        }
    }

    /// Whole seconds since the epoch, rounded down.
    public var seconds: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Later by a duration; clamped at the ends of the calendar.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return Timestamp(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    public static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        moment + (.zero - duration)
    }

    /// How long after `earlier` this moment is; negative where it is before.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return .nanoseconds(overflow ? (nanoseconds < 0 ? .min : .max) : difference)
    }

    /// What the system's calendar clock says.
    public static func now() -> Timestamp {
        Timestamp(nanoseconds: Int64(gatehouse_clock_nanoseconds(CLOCK_REALTIME)))
    }
}

/// Nanoseconds of a clock that only goes forward, also while the machine sleeps (`CLOCK_BOOTTIME`), for deadlines and
/// durations; its zero means nothing.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    public let nanoseconds: UInt64

    @inlinable public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Later than any moment that comes.
    public static var end: MonotonicTime { MonotonicTime(nanoseconds: .max) }

    @inlinable public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Later by a duration that is not negative; clamped at the end.
    public static func + (moment: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(UInt64(max(0, duration.clampedNanoseconds)))
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }

    /// Nanoseconds since `earlier`, zero where it is later.
    @inlinable public func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    public static func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: gatehouse_clock_nanoseconds(CLOCK_BOOTTIME))
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to what 64 bits hold (292 years).
    public var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, tooFar) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooFar ? (seconds < 0 ? .min : .max) : sum
    }
}
