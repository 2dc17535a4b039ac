internal import Sockets
internal import Synchronization
internal import Time

/// The client's connections: those that wait for another request are kept, and their number in all is bounded. Belongs
/// to the client's reactor.
final class ConnectionPool {
    /// What connections have in common that may take one another's requests.
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
    /// How many connections there may be, busy ones too.
    var maximum = 128
    /// By the policy, which is one provider's.
    private var open: [OutboundPolicy: Int] = [:]
    private var openInAll = 0
    private static let mostWaiting = 4096
    private var waiting: [(call: ClientCall, policy: OutboundPolicy, connect: () -> Void)] = []

    /// - Parameter isRepeatable: whether the request may be asked once more where the server closes just then. What may
    ///   not takes a connection only that was used a moment ago.
    func take(_ key: Key, isRepeatable: Bool, at now: MonotonicTime) -> ClientConnection? {
        guard let last = idle[key]?.last, isRepeatable || now < last.idleSince + ConnectionPool.freshTime,
            let connection = idle[key]?.popLast()
        else { return nil }
        count -= 1
        return connection
    }

    /// `false` where there is no room.
    func keep(_ connection: ClientConnection) -> Bool {
        guard count < ConnectionPool.idleAtAll, idle[connection.key]?.count ?? 0 < ConnectionPool.idlePerKey else {
            return false
        }
        idle[connection.key, default: []].append(connection)
        count += 1
        return true
    }

    // MARK: How many there are

    /// Calls `connect` when there may be one more connection. If idle ones use up the room, one of them is closed.
    func whenThereIsRoom(for call: ClientCall, _ key: Key, _ connect: @escaping () -> Void) {
        if openInAll >= maximum, let idle = idle.values.first?.first { idle.close() }
        if hasRoom(under: key.policy) { return connect() }
        guard waiting.count < ConnectionPool.mostWaiting else {
            return call.fail(.notConnected, "too many requests wait for a connection")
        }
        waiting.append((call, key.policy, connect))
    }

    /// One provider may have half of the room, so that one that does not answer leaves room for the others.
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
        // A call that has timed out meanwhile needs no connection.
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
