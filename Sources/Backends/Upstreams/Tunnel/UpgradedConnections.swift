public import Sockets
internal import Time

/// The upgraded connections and event streams of one reactor, which outlive the decision that permitted them. Each is
/// asked whether it still may go on: soon after every change of access, and twice a second.
public final class UpgradedConnections: EventHandler {
    /// The time between two checks after many changes at once, so that changes cost little.
    private static let pause: Duration = .milliseconds(50)

    /// The time between two checks without a change.
    var interval: Duration = .milliseconds(500)
    private let reactor: Reactor
    private var open: [ObjectIdentifier: any RevocableExchange] = [:]
    private var timer: RegistrationKey?
    /// The time of the next check; nil if none is due.
    private var next: MonotonicTime?
    private var last: MonotonicTime?

    init(on reactor: Reactor) {
        self.reactor = reactor
    }

    /// Number of upgraded connections and event streams.
    public var count: Int { open.count }

    /// Ends the connections that are not permitted any more, now or in a moment. Call it on the reactor after rules,
    /// grants, suspensions or sessions changed.
    public func recheck() {
        guard !open.isEmpty else { return }
        let now = reactor.turn.monotonic
        if let last, now < last + UpgradedConnections.pause { return wake(at: last + UpgradedConnections.pause) }
        check(at: now)
    }

    private func check(at now: MonotonicTime) {
        last = now
        // Ending one removes it.
        let all = Array(open.values)
        for exchange in all where !exchange.mayGoOn(at: now) { exchange.breakOff() }
    }

    /// Ends all connections, as at the end of a drain.
    public func endAll() {
        let all = Array(open.values)
        for exchange in all { exchange.breakOff() }
    }

    func add(_ exchange: any RevocableExchange) {
        open[ObjectIdentifier(exchange)] = exchange
        wake(at: reactor.turn.monotonic + interval)
    }

    func remove(_ exchange: any RevocableExchange) { open[ObjectIdentifier(exchange)] = nil }

    private func wake(at deadline: MonotonicTime) {
        if let next, next <= deadline { return }
        next = deadline
        let key = timer ?? reactor.addTimer(self)
        timer = key
        reactor.wake(key, at: deadline)
    }

    public func ready(_ readiness: Readiness, at turn: Turn) {}

    public func deadlinePassed(at turn: Turn) {
        // A deadline that was brought forward passes twice.
        guard let due = next, due <= turn.monotonic else { return }
        next = nil
        check(at: turn.monotonic)
        if !open.isEmpty { wake(at: turn.monotonic + interval) }
    }
}

/// An exchange that is open for longer than the decision that permitted it is known to hold.
protocol RevocableExchange: AnyObject {
    /// Returns true if the exchange is still permitted, and not silent for too long.
    func mayGoOn(at now: MonotonicTime) -> Bool
    /// Ends both sides at once.
    func breakOff()
}
