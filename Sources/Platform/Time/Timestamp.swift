internal import CLinux
internal import Glibc

/// A calendar moment: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The range is from the year 1678 to 2262; initialisers that take seconds clamp values beyond it.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Creates a moment from seconds since the epoch, clamped to the calendar's range.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self.nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Creates a moment from a NumericDate (RFC 7519, section 2): seconds since the epoch, with fractions. Returns nil
    /// if the value is not finite.
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

    /// Returns the moment later by a duration, clamped to the calendar's range.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return Timestamp(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    public static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        moment + (.zero - duration)
    }

    /// Returns the time from `earlier` to this moment; negative if this moment is before it.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return .nanoseconds(overflow ? (nanoseconds < 0 ? .min : .max) : difference)
    }

    /// Reads the system's calendar clock.
    public static func now() -> Timestamp {
        Timestamp(nanoseconds: Int64(gatehouse_clock_nanoseconds(CLOCK_REALTIME)))
    }
}

/// Nanoseconds of a clock that only goes forward, also while the machine sleeps (`CLOCK_BOOTTIME`). It serves deadlines
/// and durations; its zero has no meaning.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    public let nanoseconds: UInt64

    @inlinable public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The latest possible moment.
    public static var end: MonotonicTime { MonotonicTime(nanoseconds: .max) }

    @inlinable public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Returns the moment later by a duration, clamped at the end; a negative duration counts as zero.
    public static func + (moment: MonotonicTime, duration: Duration) -> MonotonicTime {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(UInt64(max(0, duration.clampedNanoseconds)))
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }

    /// Returns the nanoseconds since `earlier`; 0 if `earlier` is later.
    @inlinable public func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// Reads the system's clock (`CLOCK_BOOTTIME`).
    public static func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: gatehouse_clock_nanoseconds(CLOCK_BOOTTIME))
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to 64 bits (292 years).
    public var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, tooFar) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return tooFar ? (seconds < 0 ? .min : .max) : sum
    }
}
