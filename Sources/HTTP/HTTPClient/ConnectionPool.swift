internal import Sockets
internal import Synchronization
internal import Time

/// The client's connections: idle ones are kept for reuse, and the total is bounded. The pool belongs to the client's
/// reactor.
final class ConnectionPool {
    /// The properties that connections must share to serve the requests of one another.
    struct Key: Hashable {
        let scheme: String
        let host: String
        let port: UInt16
        let proxy: ProxySettings.Proxy?
        let policy: OutboundPolicy
    }

    static let idleTime: Duration = .seconds(60)
    private static let freshTime: Duration = .seconds(2)
    private static let idlePerKey = 4
    private static let idleAtAll = 64

    private var idle: [Key: [ClientConnection]] = [:]
    private var count = 0
    /// The most open connections, busy ones included.
    var maximum = 128
    /// By the policy, which is one provider's.
    private var open: [OutboundPolicy: Int] = [:]
    private var openInAll = 0
    private static let mostWaiting = 4096
    private var waiting: [(call: ClientCall, policy: OutboundPolicy, connect: () -> Void)] = []

    /// - Parameter isRepeatable: true if the request may be repeated after the server closed the connection. Otherwise
    ///   only a connection used within the last two seconds is returned.
    func take(_ key: Key, isRepeatable: Bool, at now: MonotonicTime) -> ClientConnection? {
        guard let last = idle[key]?.last, isRepeatable || now < last.idleSince + ConnectionPool.freshTime,
            let connection = idle[key]?.popLast()
        else { return nil }
        count -= 1
        return connection
    }

    /// Keeps an idle connection; returns false if there is no room.
    func keep(_ connection: ClientConnection) -> Bool {
        guard count < ConnectionPool.idleAtAll, idle[connection.key]?.count ?? 0 < ConnectionPool.idlePerKey else {
            return false
        }
        idle[connection.key, default: []].append(connection)
        count += 1
        return true
    }

    // MARK: Limits

    /// Calls `connect` when another connection may be opened. At the limit, one idle connection is closed.
    func whenThereIsRoom(for call: ClientCall, _ key: Key, _ connect: @escaping () -> Void) {
        if openInAll >= maximum, let idle = idle.values.first?.first { idle.close() }
        if hasRoom(under: key.policy) { return connect() }
        guard waiting.count < ConnectionPool.mostWaiting else {
            return call.fail(.notConnected, "too many requests wait for a connection")
        }
        waiting.append((call, key.policy, connect))
    }

    /// Each provider may use half of the connections, so that an unresponsive one leaves room for the others.
    private func hasRoom(under policy: OutboundPolicy) -> Bool {
        openInAll < maximum && open[policy, default: 0] < max(1, maximum / 2)
    }

    func opened(_ key: Key) {
        open[key.policy, default: 0] += 1
        openInAll += 1
    }

    func closed(_ key: Key) {
        openInAll -= 1
        let rest = open[key.policy, default: 1] - 1
        open[key.policy] = rest > 0 ? rest : nil
        // Calls that have timed out need no connection.
        waiting.removeAll { $0.call.isOver }
        while let index = waiting.firstIndex(where: { hasRoom(under: $0.policy) }) {
            waiting.remove(at: index).connect()
        }
    }

    func remove(_ connection: ClientConnection) {
        guard let index = idle[connection.key]?.firstIndex(where: { $0 === connection }) else { return }
        idle[connection.key]?.remove(at: index)
        if idle[connection.key]?.isEmpty == true { idle[connection.key] = nil }
        count -= 1
    }

    func closeAll() {
        let all = idle.values.flatMap { $0 }
        for connection in all { connection.close() }
    }
}
