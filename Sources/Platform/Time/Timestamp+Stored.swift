// A row or a sealed value may have been written while the clock was wrong. A past time may be correct. A future time
// cannot be, and a duration counted from it would last too long.
extension Timestamp {
    /// The most by which the clocks of processes that write to one store may differ.
    public static let clockTolerance: Duration = .seconds(60)

    /// Returns true if a stored moment that should be past is in the future.
    public func isAhead(of now: Timestamp) -> Bool { self > now + Timestamp.clockTolerance }

    /// Returns true if `now` is within a duration that began at this stored moment.
    public func lasts(_ span: Duration, at now: Timestamp) -> Bool { !isAhead(of: now) && now < self + span }

    /// The latest moment that a stored past time can have, for comparisons in SQL.
    public var latestStored: Timestamp { self + Timestamp.clockTolerance }
}

extension MonotonicTime {
    /// Returns true if a pause that began at this moment is over at `now`.
    public func isOver(_ pause: Duration, at now: MonotonicTime) -> Bool { now >= self + pause }
}
