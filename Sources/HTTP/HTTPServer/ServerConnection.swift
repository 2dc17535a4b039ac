internal import Addresses
internal import Files
internal import Sockets
internal import Time

/// A connection that performs the decisions of a ``ConnectionMachine``: reads, writes, waits, closes.
final class ServerConnection: EventHandler {
    private let machine: ConnectionMachine
    private let endpoint: ServerEndpoint
    /// Prefix that the connection counts for; nil if the peer forwards for many clients.
    let prefix: ClientPrefix?
    /// Index of the connection in the endpoint's table, until it is closed.
    var slot: ConnectionTable<ClientPrefix, ServerConnection>.Slot?
    /// Bytes that wait in memory, as last reported to the endpoint.
    private(set) var heldBytes = 0
    private var arrivedRequests = 0
    private var watched: WatchedStream?
    private var wakesAt: MonotonicTime?
    /// Time until which input after the last response is read and dropped. Closing a socket with unread input would
    /// reset the connection and could destroy the response (RFC 9112, section 9.6).
    private var lingersUntil: MonotonicTime?
    private var hasEndedOutput = false
    /// Direction that TLS needs next: TLS may need to write before it can read, and the reverse.
    private var blockedOn: Readiness = []

    init(
        _ stream: Stream, from peer: String, _ prefix: ClientPrefix?, at endpoint: ServerEndpoint
    ) throws(SystemError) {
        self.endpoint = endpoint
        self.prefix = prefix
        machine = ConnectionMachine(
            handler: endpoint.handler, limits: endpoint.limits, reactor: endpoint.reactor, clock: endpoint.clock,
            peer: peer, at: endpoint.reactor.turn)
        if endpoint.isEnding { machine.announceEnd() }
        watched = try WatchedStream(stream, on: endpoint.reactor, interest: .read, handler: self)
        if stream.isEncrypted {
            machine.servesHost = { [weak self] in self?.watched?.stream.serves($0) ?? true }
        }
        machine.progressed = { [weak self] in self?.settle() }
        armTimer()
    }

    func ready(_ readiness: Readiness, at turn: Turn) {
        guard let stream = watched?.stream else { return }
        machine.beginTurn(turn)
        if lingersUntil != nil {
            drop(stream, readiness)
            return
        }
        if readiness.contains(.hangUp), !(machine.endsOutput && machine.interest.contains(.read)) {
            machine.hungUp()
            settle()
            return
        }
        // The descriptor stays ready, so the next turn continues.
        if stream.isHandshaking, !endpoint.mayHandshake(in: turn) { return }
        endpoint.lendOutput(to: machine)
        let wasBlocked = blockedOn
        blockedOn = []
        if readiness.contains(.read) || wasBlocked == .write
            || stream.hasPendingInput && machine.interest.contains(.read)
        {
            read(stream)
        } else {
            machine.processInput()
        }
        settle()
    }

    private func read(_ stream: Stream) {
        switch stream.read(into: &endpoint.reactor.readBuffer) {
        case .count(let count):
            let buffer = endpoint.reactor.readBuffer
            machine.received(buffer.span.extracting(0..<count))
        case .closed: machine.receivedEnd()
        case .wantWrite: blockedOn = .write
        case .wantRead: break
        }
    }

    func deadlinePassed(at turn: Turn) {
        wakesAt = nil
        machine.beginTurn(turn)
        if let lingersUntil {
            if lingersUntil <= turn.monotonic { close() } else { armTimer() }
            return
        }
        machine.deadlinePassed()
        settle()
    }

    /// True if a complete request is being answered.
    var isServed: Bool { machine.isServed }

    func announceEnd() { machine.announceEnd() }

    /// Reads all arrived input before the machine decides, so that no request is left unread in the socket.
    func drain() {
        guard lingersUntil == nil, let stream = watched?.stream else { return }
        machine.beginTurn(endpoint.reactor.turn)
        endpoint.lendOutput(to: machine)
        machine.announceEnd()
        if machine.interest.contains(.read) { read(stream) }
        machine.drain()
        settle()
    }

    func abort() {
        machine.disconnected()
        settle()
    }

    /// Writes pending output, then waits for the next event or closes.
    private func settle() {
        write()
        endpoint.takeOutputBack(from: machine)
        if machine.arrivedRequests != arrivedRequests {
            arrivedRequests = machine.arrivedRequests
            endpoint.requestArrived(on: self)
        }
        // A closed connection holds no memory.
        let held = watched == nil ? 0 : machine.heldBytes
        guard held != heldBytes else { return }
        let change = held - heldBytes
        heldBytes = held
        endpoint.heldBytesChanged(by: change)
    }

    private func write() {
        guard let watched else { return }
        while machine.pendingOutput > 0, machine.phase != .closed {
            switch watched.stream.write(machine.output, from: machine.outputStart) {
            case .count(let count): machine.wrote(count)
            case .wantRead:
                blockedOn = .read
                waitOn(watched)
                return
            case .wantWrite:
                waitOn(watched)
                return
            case .closed: machine.disconnected()
            }
        }
        switch machine.phase {
        case .closed: close()
        case .closing: linger(watched)
        default:
            if machine.endsOutput, !hasEndedOutput {
                hasEndedOutput = true
                watched.stream.endWriting()
            }
            waitOn(watched)
            let hasMore = machine.hasMoreToDo || watched.stream.hasPendingInput && machine.interest.contains(.read)
            if hasMore, let key = watched.key { endpoint.reactor.resumeNextTurn(key) }
        }
    }

    private func waitOn(_ watched: WatchedStream) {
        watched.setInterest(blockedOn.isEmpty ? machine.interest : blockedOn)
        armTimer()
    }

    private func linger(_ watched: WatchedStream) {
        watched.stream.endWriting()
        lingersUntil = endpoint.reactor.turn.monotonic + .seconds(2)
        watched.setInterest(.read)
        armTimer()
    }

    private func drop(_ stream: Stream, _ readiness: Readiness) {
        if readiness.contains(.hangUp) { return close() }
        switch stream.read(into: &endpoint.reactor.readBuffer) {
        case .closed: close()
        case .count, .wantRead, .wantWrite: break
        }
    }

    /// One timer per connection: it is set only if the current one is later than the deadline. A timer that fires early
    /// is set for the deadline valid by then.
    private func armTimer() {
        guard let deadline = lingersUntil ?? machine.deadline, let key = watched?.key else { return }
        if let wakesAt, wakesAt <= deadline { return }
        wakesAt = deadline
        endpoint.reactor.wake(key, at: deadline)
    }

    private func close() {
        guard let watched else { return }
        machine.disconnected()
        if machine.breaksOff { watched.stream.resetWhenClosed() }
        watched.close()
        self.watched = nil
        endpoint.closed(self)
    }
}
