public import Sockets
internal import Time

/// The upgraded connections and event streams of one reactor, which outlive the decision that permitted them. Twice a
/// second each is asked whether it still may go on.
public final class UpgradedConnections: EventHandler {
    private static let interval: Duration = .milliseconds(500)

    private let reactor: Reactor
    private var open: [ObjectIdentifier: any RevocableExchange] = [:]
    private var timer: RegistrationKey?
    private var isArmed = false

    init(on reactor: Reactor) {
        self.reactor = reactor
    }

    /// Number of upgraded connections and event streams.
    public var count: Int { open.count }

    /// Ends the connections that are not permitted any more. Call it on the reactor after rules, grants, suspensions or
    /// sessions changed.
    public func recheck() {
        let now = reactor.turn.monotonic
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
        arm()
    }

    func remove(_ exchange: any RevocableExchange) { open[ObjectIdentifier(exchange)] = nil }

    private func arm() {
        guard !isArmed, !open.isEmpty else { return }
        isArmed = true
        let key = timer ?? reactor.addTimer(self)
        timer = key
        reactor.wake(key, at: reactor.turn.monotonic + UpgradedConnections.interval)
    }

    public func ready(_ readiness: Readiness, at turn: Turn) {}

    public func deadlinePassed(at turn: Turn) {
        isArmed = false
        recheck()
        arm()
    }
}

/// An exchange that is open for longer than the decision that permitted it is known to hold.
protocol RevocableExchange: AnyObject {
    /// Returns true if the exchange is still permitted, and not silent for too long.
    func mayGoOn(at now: MonotonicTime) -> Bool
    /// Ends both sides at once.
    func breakOff()
}
