public import Time

/// The clocks that a component reads, and its way to wait; tests turn them by hand.
public struct Clocks: Sendable {
    /// The calendar. It may be wrong and corrected at any moment, so it decides only what a token or a row states as a
    /// calendar time.
    public let wall: @Sendable () -> Timestamp
    /// Only goes forward. Ages and pauses within the process are measured by it.
    public let monotonic: @Sendable () -> MonotonicTime
    /// Returns after the duration, or once the task is cancelled.
    public let sleep: @Sendable (Duration) async -> Void

    public init(
        wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> MonotonicTime,
        sleep: @escaping @Sendable (Duration) async -> Void
    ) {
        self.wall = wall
        self.monotonic = monotonic
        self.sleep = sleep
    }

    /// The clocks of the system.
    public static let system = Clocks(
        wall: { .now() }, monotonic: { .now() }, sleep: { duration in try? await Task.pause(for: duration) })
}
