internal import Sockets
internal import Time

/// A server's share of one reactor: its listener, its handler, its connections.
final class ServerEndpoint {
    let reactor: Reactor
    let limits: ServerLimits
    let handler: any RequestHandler
    let clock = ServerClock()
    private var listener: Listener?
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var isPaused = false
    private static let handshakesPerTurn = 16
    private var handshakes: (turn: MonotonicTime, count: Int) = (MonotonicTime(nanoseconds: 0), 0)
    private var drained: (() -> Void)?
    /// One output buffer that connections borrow for a turn, so that idle ones own none.
    private var spareOutput: [UInt8] = []

    init(
        _ address: SocketAddress, on reactor: Reactor, limits: ServerLimits, tls: @escaping () -> TLSServerContext?,
        handler: any RequestHandler
    ) throws(SocketFault) {
        self.reactor = reactor
        self.limits = limits
        self.handler = handler
        listener = try Listener(address, on: reactor, tls: tls) { [weak self] stream in self?.accepted(stream) }
    }

    var address: SocketAddress? { listener?.address }

    func start() throws(SocketFault) {
        try listener?.start()
    }

    private func accepted(_ stream: Stream) {
        // Without memory for the registration the stream is dropped, which closes it.
        guard let connection = try? ServerConnection(stream, at: self) else { return }
        connections[ObjectIdentifier(connection)] = connection
        if connections.count >= limits.connectionsPerReactor, !isPaused {
            isPaused = true
            listener?.pause()
        }
    }

    /// Bounds the handshakes of a turn, so that a crowd of new connections holds up nobody who is connected already.
    func mayHandshake(in turn: Turn) -> Bool {
        if handshakes.turn != turn.monotonic { handshakes = (turn.monotonic, 0) }
        handshakes.count += 1
        return handshakes.count <= ServerEndpoint.handshakesPerTurn
    }

    func closed(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if isPaused, connections.count < limits.connectionsPerReactor {
            isPaused = false
            listener?.resume()
        }
        if connections.isEmpty { finishDraining() }
    }

    /// Takes no more connections, answers what was asked, and calls back when the last connection is closed.
    func drain(_ drained: @escaping () -> Void) {
        self.drained = drained
        listener?.close()
        listener = nil
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { finishDraining() }
    }

    func abort() {
        for connection in Array(connections.values) { connection.abort() }
    }

    private func finishDraining() {
        drained?()
        drained = nil
    }

    func lendOutput(to machine: ConnectionMachine) {
        if machine.output.isEmpty { swap(&machine.output, &spareOutput) }
    }

    func takeOutputBack(from machine: ConnectionMachine) {
        if machine.output.isEmpty, machine.output.capacity <= 1 << 20 { swap(&machine.output, &spareOutput) }
    }
}
