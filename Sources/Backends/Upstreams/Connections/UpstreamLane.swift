internal import Sockets
internal import Time

/// The connections of one reactor to one address: idle ones are kept for reuse. With it goes what was learned of the
/// address.
final class UpstreamLane {
    /// Time that an idle connection is kept.
    static let idleTime: Duration = .seconds(30)
    private static let mostIdle = 64
    /// The most open connections.
    private static let mostOpen = 4096

    let address: UpstreamTarget.Address
    let tls: TLSClientContext?
    private var idle: [UpstreamConnection] = []
    private var open = 0
    private var health = AddressHealth()
    private let reactor: Reactor

    init(_ address: UpstreamTarget.Address, tls: TLSClientContext?, on reactor: Reactor) {
        self.address = address
        if case .https = address { self.tls = tls } else { self.tls = nil }
        self.reactor = reactor
    }

    /// Number of exchanges under way.
    var underWay: Int { open - idle.count }

    var hasRoom: Bool { open < UpstreamLane.mostOpen }

    var isUnused: Bool { open == 0 }

    // MARK: Health

    func accepts(at now: MonotonicTime) -> Bool { health.accepts(underWay, at: now) }

    /// Time until which the address is left out; nil if it is not.
    var ejectedUntil: MonotonicTime? { health.ejectedUntil }

    func succeeded() { health.succeeded() }

    func failed() { health.failed(at: reactor.turn.monotonic) }

    // MARK: Connections

    func opened() { open += 1 }

    func closed(_ connection: UpstreamConnection) { open -= 1 }

    /// Takes the idle connection that was used last, if it has neither ended nor sent anything.
    func takeIdle() -> UpstreamConnection? {
        while let last = idle.last {
            // A connection that is not idle any more leaves the list.
            guard last.isStillIdle() else { continue }
            idle.removeLast()
            return last
        }
        return nil
    }

    /// Keeps an idle connection; returns false if there is no room.
    func keep(_ connection: UpstreamConnection) -> Bool {
        guard idle.count < UpstreamLane.mostIdle else { return false }
        idle.append(connection)
        return true
    }

    func forget(_ connection: UpstreamConnection) { idle.removeAll { $0 === connection } }

    func closeIdle() {
        for connection in idle { connection.close() }
    }
}

extension UpstreamTarget.Address {
    /// The address for logs.
    var name: String {
        switch self {
        case .http(let host, let port): "http://\(SocketAddress(host: host, port: port))"
        case .https(let host, let port): "https://\(SocketAddress(host: host, port: port))"
        case .unix(let path): "unix:\(path)"
        }
    }
}
