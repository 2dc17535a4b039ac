internal import Sockets
internal import Time

/// The connections of one reactor to one address: idle ones are kept for reuse. With it goes what was learned of the
/// address.
final class UpstreamLane {
    /// Time that an idle connection is kept.
    static let idleTime: Duration = .seconds(30)
    private static let mostIdle = 64

    let address: UpstreamTarget.Address
    let tls: TLSClientContext?
    private var idle: [UpstreamConnection] = []
    private var open = 0
    private var health = AddressHealth()
    private let room: UpstreamRoom
    private let reactor: Reactor

    init(_ address: UpstreamTarget.Address, tls: TLSClientContext?, in room: UpstreamRoom, on reactor: Reactor) {
        self.room = room
        self.address = address
        if case .https = address { self.tls = tls } else { self.tls = nil }
        self.reactor = reactor
    }

    /// Number of exchanges under way.
    var underWay: Int { open - idle.count }

    var isUnused: Bool { open == 0 }

    // MARK: Health

    func accepts(at now: MonotonicTime) -> Bool { health.accepts(underWay, at: now) }

    /// Time until which the address is left out; nil if it is not.
    var ejectedUntil: MonotonicTime? { health.ejectedUntil }

    func succeeded() { health.succeeded() }

    func failed() { health.failed(at: reactor.turn.monotonic) }

    // MARK: Connections

    func opened() {
        open += 1
        room.open += 1
    }

    func closed(_ connection: UpstreamConnection) {
        open -= 1
        room.open -= 1
    }

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

    /// Closes the connection that is idle for the longest time. Returns false if there is none.
    func closeOneIdle() -> Bool {
        guard let first = idle.first else { return false }
        first.close()
        return true
    }
}

/// The number of a reactor's connections to upstreams, and their limit.
final class UpstreamRoom {
    private let most: Int
    var open = 0
    var isFull: Bool { open >= most }

    init(for most: Int) { self.most = most }
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
