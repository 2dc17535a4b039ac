internal import Time

/// Minimum progress of a client: at least `bytes` in each `window`.
public struct ProgressRule: Sendable {
    public var window: Duration
    public var bytes: Int

    public init(window: Duration, bytes: Int) {
        self.window = window
        self.bytes = bytes
    }
}

/// Limits on the time and resources of clients, per reactor.
public struct ServerLimits: Sendable {
    /// Time for a complete request head.
    public var headTimeout: Duration = .seconds(10)
    /// Time that a connection may be idle between requests.
    public var idleTimeout: Duration = .seconds(75)
    /// Minimum progress of a request body.
    public var progress = ProgressRule(window: .seconds(10), bytes: 10 << 10)
    /// Minimum progress of a client in reading its response. The window is longer than that of bodies, since the kernel
    /// takes output in large pieces.
    public var outputProgress = ProgressRule(window: .seconds(30), bytes: 30 << 10)
    /// The most connections. At the limit, the one longest without a complete request is closed, first from the address
    /// with the most connections.
    public var connectionsPerReactor = 20_000
    /// The most connections per address. At the limit, the one longest without a complete request is closed.
    public var connectionsPerAddress = 5_000
    /// The most bytes of input and output in memory, for all connections of one reactor. Beyond it, connections of the
    /// addresses that hold the most are closed.
    public var heldBytes = 64 << 20
    /// Time that a connection without a request stays open while the server drains: its request may be on its way.
    public var drainGrace: Duration = .seconds(2)
    /// The most bytes of an unread body that are read and dropped; for a larger one, the connection closes.
    public var discardedBody = 64 << 10
    /// Bytes of waiting output at which reading stops.
    public var pendingOutput = 64 << 10
    /// The most requests of one connection that are answered per turn of the reactor.
    public var requestsPerTurn = 16

    public init() {}
}

/// A count of the bytes in one direction since a moment.
struct ProgressWindow {
    private(set) var start = MonotonicTime(nanoseconds: 0)
    private var bytes = 0

    mutating func restart(at now: MonotonicTime) {
        start = now
        bytes = 0
    }

    mutating func count(_ count: Int) { bytes += count }

    func isMet(_ rule: ProgressRule) -> Bool { bytes >= rule.bytes }
}
