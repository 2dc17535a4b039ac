internal import Sockets
internal import Synchronization
internal import Time

/// Connections that wait for another request. Belongs to the client's reactor.
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
