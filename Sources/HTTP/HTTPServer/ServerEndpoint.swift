internal import Addresses
internal import Files
internal import Sockets
internal import Time

/// A server's share of one reactor: its listeners, its handler, its connections.
final class ServerEndpoint {
    let reactor: Reactor
    let limits: ServerLimits
    let handler: any RequestHandler
    let clock = ServerClock()
    /// True if responses end their connections, since the server is about to stop.
    private(set) var isEnding = false
    private var listeners: [Listener] = []
    private var table = ConnectionTable<ClientPrefix, ServerConnection>()
    private var heldBytes = 0
    private static let handshakesPerTurn = 16
    private var handshakes: (turn: MonotonicTime, count: Int) = (MonotonicTime(nanoseconds: 0), 0)
    private var drained: (() -> Void)?
    /// Output buffer that connections borrow for a turn, so that idle ones own none.
    private var spareOutput: [UInt8] = []

    init(
        _ addresses: [SocketAddress], on reactor: Reactor, limits: ServerLimits, tls: @escaping () -> TLSServerContext?,
        handler: any RequestHandler
    ) throws(SystemError) {
        self.reactor = reactor
        self.limits = limits
        self.handler = handler
        for address in addresses {
            listeners.append(
                try Listener(
                    address, on: reactor, tls: tls, outOfDescriptors: { [weak self] in self?.closeOne() ?? false }
                ) { [weak self] stream in self?.accepted(stream) })
        }
    }

    var addresses: [SocketAddress] { listeners.map(\.address) }

    func start() throws(SystemError) {
        for listener in listeners { try listener.start() }
    }

    // MARK: Connections

    private func accepted(_ stream: Stream) {
        let peer = stream.peer.host
        let speaksForOthers = IPAddress(scoped: peer).map(handler.speaksForOthers) ?? false
        let prefix = speaksForOthers ? nil : ClientPrefix(peer)
        if let prefix, table.count(from: prefix) >= limits.connectionsPerAddress {
            table.victim(from: prefix, sparing: \.isServed)?.abort()
        } else if table.count >= limits.connectionsPerReactor {
            _ = closeOne()
        }
        // If memory for the registration is short, the stream is dropped, which closes it.
        guard let connection = try? ServerConnection(stream, from: peer, prefix, at: self) else { return }
        connection.slot = table.insert(connection, from: prefix)
        // A request that has come with the connection is answered at once: among many new connections this one could be
        // pushed out before its turn.
        connection.ready(.read, at: reactor.turn)
    }

    /// Closes one connection to free a descriptor or a place.
    /// - Returns: false if there is none.
    private func closeOne() -> Bool {
        guard let victim = table.victim(sparing: \.isServed) else { return false }
        victim.abort()
        return true
    }

    func requestArrived(on connection: ServerConnection) {
        if let slot = connection.slot { table.requestArrived(slot) }
    }

    func closed(_ connection: ServerConnection) {
        if let slot = connection.slot { table.remove(slot) }
        connection.slot = nil
        if table.count == 0 { finishDraining() }
    }

    /// Limits the handshakes per turn, so that new connections do not delay established ones.
    func mayHandshake(in turn: Turn) -> Bool {
        if handshakes.turn != turn.monotonic { handshakes = (turn.monotonic, 0) }
        handshakes.count += 1
        return handshakes.count <= ServerEndpoint.handshakesPerTurn
    }

    // MARK: Memory

    func lendOutput(to machine: ConnectionMachine) {
        if machine.output.isEmpty { swap(&machine.output, &spareOutput) }
    }

    /// Takes the buffer back if it is empty, so that a connection owns one only while it has output.
    func takeOutputBack(from machine: ConnectionMachine) {
        guard machine.output.isEmpty else { return }
        if machine.output.capacity > spareOutput.capacity, machine.output.capacity <= 1 << 20 {
            swap(&machine.output, &spareOutput)
        }
        machine.output = []
    }

    /// Records a change of the bytes that a connection holds.
    func heldBytesChanged(by change: Int) {
        heldBytes += change
        if heldBytes > limits.heldBytes, change > 0 { relieve() }
    }

    /// Closes connections of the addresses that hold the most memory, until a quarter of the limit is free.
    private func relieve() {
        var heldBy: [ClientPrefix?: Int] = [:]
        let holding = table.connections.filter { $0.heldBytes > 0 }
        for connection in holding { heldBy[connection.prefix, default: 0] += connection.heldBytes }
        let heaviestFirst = holding.sorted {
            (heldBy[$0.prefix] ?? 0, $0.heldBytes) > (heldBy[$1.prefix] ?? 0, $1.heldBytes)
        }
        for connection in heaviestFirst where heldBytes > limits.heldBytes / 4 * 3 { connection.abort() }
    }

    // MARK: Shutdown

    /// Makes each further response end its connection.
    func announceEnd() {
        isEnding = true
        for connection in table.connections { connection.announceEnd() }
    }

    /// Accepts connections queued at the listeners, closes these, answers outstanding requests, and calls back when the
    /// last connection is closed.
    func drain(_ drained: @escaping () -> Void) {
        self.drained = drained
        isEnding = true
        for listener in listeners { listener.close() }
        listeners = []
        for connection in table.connections { connection.drain() }
        if table.count == 0 { finishDraining() }
    }

    func abort() {
        for connection in table.connections { connection.abort() }
    }

    private func finishDraining() {
        drained?()
        drained = nil
    }
}
