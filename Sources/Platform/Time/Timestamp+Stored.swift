// A row or a sealed value may have been written while the clock was wrong. A time of the past can be an honest one; a
// time to come cannot, and a span that is counted from it would last longer than it should.
extension Timestamp {
    /// How far the clocks of processes that write the same store may be apart.
    public static let clockTolerance: Duration = .seconds(60)

    /// Whether a stored moment that should be past is still to come.
    public func isAhead(of now: Timestamp) -> Bool { self > now + Timestamp.clockTolerance }

    /// Whether a span that began at this stored moment is under way at `now`.
    public func lasts(_ span: Duration, at now: Timestamp) -> Bool { !isAhead(of: now) && now < self + span }

    /// The latest moment that a stored time of the past can have; for comparisons in SQL.
    public var latestStored: Timestamp { self + Timestamp.clockTolerance }
}

extension MonotonicTime {
    /// Whether a pause that began at this moment is over at `now`.
    public func isOver(_ pause: Duration, at now: MonotonicTime) -> Bool { now >= self + pause }
}
