internal import Time

/// Progress that a client has to make: at least `bytes` in each `window`.
public struct ProgressRule: Sendable {
    public var window: Duration
    public var bytes: Int

    public init(window: Duration, bytes: Int) {
        self.window = window
        self.bytes = bytes
    }
}

/// How long clients may take, and how much of one reactor they may hold.
public struct ServerLimits: Sendable {
    public var headTimeout: Duration = .seconds(10)
    public var idleTimeout: Duration = .seconds(75)
    /// A body has to make this much progress in each window.
    public var progress = ProgressRule(window: .seconds(10), bytes: 10 << 10)
    /// A client has to take this much of its answer in each window. The window is longer than that of bodies, since the
    /// kernel takes output in large pieces.
    public var outputProgress = ProgressRule(window: .seconds(30), bytes: 30 << 10)
    /// If there are more, the connection that has been longest without a complete request is closed, first from the
    /// address that holds most.
    public var connectionsPerReactor = 20_000
    /// If one address has more, its connection that has been longest without a complete request is closed.
    public var connectionsPerAddress = 5_000
    /// The most input and output, in bytes, that wait in the memory of one reactor for all connections. Beyond it,
    /// connections of the address that holds most of it are closed.
    public var heldBytes = 64 << 20
    /// How long a connection without a request stays open once the listener is closed: its request may be on its way.
    public var drainGrace: Duration = .seconds(2)
    /// A body that the handler did not read is discarded to its end up to this many bytes; beyond, the connection closes.
    public var discardedBody = 64 << 10
    /// No more is read while this much output waits.
    public var pendingOutput = 64 << 10
    public var requestsPerTurn = 16

    public init() {}
}

/// Counts the bytes of one direction from a moment on.
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
