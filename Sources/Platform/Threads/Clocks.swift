public import Time

/// The clocks and the sleep function of a component; tests control them manually.
public struct Clocks: Sendable {
    /// Calendar clock. It may be wrong and may be corrected at any moment, so it is used only for calendar times of
    /// tokens and rows.
    public let wall: @Sendable () -> Timestamp
    /// Monotonic clock. It measures ages and pauses within the process.
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
