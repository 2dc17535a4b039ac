internal import HTTPMessage
internal import Sockets
internal import Text
internal import Time

/// The HTTP/1.1 state machine of one connection, without its socket: bytes in, bytes out, an interest and a deadline.
///
/// Requests are answered in order; while one is being answered, the next ones wait unread.
final class ConnectionMachine {
    enum Phase {
        /// Between requests, or within a head.
        case head
        /// Asynchronous work is answering a request; its body is read on demand.
        case answering
        /// The response is complete; the rest of the request's body is dropped.
        case discarding
        /// The last response is being sent; then the connection closes.
        case closing
        case closed
    }

    let handler: any RequestHandler
    let limits: ServerLimits
    let reactor: Reactor
    let clock: ServerClock
    let peer: String
    /// Called when asynchronous work has produced output or wants input outside ``received(_:at:)``.
    var progressed: () -> Void = {}

    /// Returns true if the connection serves a host; nil if it serves every one.
    var servesHost: ((String) -> Bool)?

    var phase = Phase.head
    var output: [UInt8] = []
    var outputStart = 0
    var exchange: Exchange?
    var reader = BodyReader(.none)
    var body: RequestBody?
    var writer: StreamedResponse?
    var task: Task<Void, Never>?
    var owesContinue = false
    var isDraining = false
    /// True after an upgrade: no HTTP follows on the connection.
    var isTunnel = false
    /// True if the output ends after what waits, while input may still arrive.
    var endsOutput = false
    /// True if the connection is to be reset, so that the client does not take what it has for a complete response.
    var breaksOff = false
    var window = ProgressWindow()
    /// Bytes of responses that the client has accepted.
    private var outputWindow = ProgressWindow()
    /// Number of requests that have arrived completely.
    var arrivedRequests = 0
    private(set) var turn: Turn

    private var parser = RequestParser()
    private var input: [UInt8] = []
    private(set) var inputEnded = false
    private var servedThisTurn = 0
    /// True if `input` was not parsed yet: the turn's request limit is reached, or too much output waits.
    private var isHeldBack = false
    private var isProcessing = false
    /// Start of the idle time: the beginning of the connection, or the end of the last response.
    private var idleSince: MonotonicTime
    private var headSince: MonotonicTime?
    /// Time at which a connection without a request is closed while the server drains.
    private var drainsAt: MonotonicTime?

    init(
        handler: any RequestHandler, limits: ServerLimits, reactor: Reactor, clock: ServerClock, peer: String,
        at turn: Turn
    ) {
        self.handler = handler
        self.clock = clock
        self.limits = limits
        self.reactor = reactor
        self.peer = peer
        self.turn = turn
        idleSince = turn.monotonic
    }

    // MARK: Events

    func beginTurn(_ turn: Turn) {
        self.turn = turn
        servedThisTurn = 0
        restartOutputWindow()
    }

    func received(_ bytes: Span<UInt8>) {
        window.count(bytes.count)
        if phase == .closing || phase == .closed { return }
        if input.isEmpty {
            let used = process(bytes)
            if used < bytes.count {
                input.append(copying: bytes.extracting(used..<bytes.count))
            }
        } else {
            input.append(copying: bytes)
            processInput()
        }
        noteHead()
    }

    /// Continues with input that was already read.
    func processInput() {
        guard !input.isEmpty || phase == .answering else { return }
        let pending = input
        let used = process(pending.span)
        if used == pending.count {
            input = []
        } else if used > 0 {
            input = Array(pending[used...])
        }
        noteHead()
    }

    /// Handles the end of the client's input. A response in progress is still sent; a partial request is dropped.
    func receivedEnd() {
        inputEnded = true
        switch phase {
        case .head: noteHead()
        case .answering where isTunnel: body?.finish(.success(()))
        case .answering:
            if !reader.isDone { body?.finish(.failure(.disconnected)) }
            if input.isEmpty { exchange?.closes = true }
        case .discarding: phase = .closing
        case .closing, .closed: break
        }
    }

    func disconnected() {
        guard phase != .closed else { return }
        phase = .closed
        body?.finish(.failure(.disconnected))
        body = nil
        writer?.disconnected()
        task?.cancel()
        if let exchange {
            self.exchange = nil
            completed(exchange, isCut: true)
        }
        progressed = {}
    }

    /// Closes the connection outside its events, at once and without sending what waits.
    func breakOff() {
        let progressed = progressed
        disconnected()
        // Within an event, the owner notices the new phase after it.
        if !isProcessing { progressed() }
    }

    func wrote(_ count: Int) {
        outputStart += count
        outputWindow.count(count)
        if outputStart == output.count {
            output.removeAll(keepingCapacity: true)
            outputStart = 0
        }
        if pendingOutput < limits.pendingOutput / 2 { writer?.drained() }
    }

    func deadlinePassed() {
        guard !isTunnel || phase != .answering else { return }
        let now = turn.monotonic
        guard let deadline, deadline <= now else { return }
        if pendingOutput > 0 {
            if outputWindow.isMet(limits.outputProgress) { outputWindow.restart(at: now) } else { disconnected() }
        } else if waitsForBody {
            if window.isMet(limits.progress) {
                window.restart(at: now)
            } else if phase == .answering {
                exchange?.closes = true
                body?.finish(.failure(.fault(.bodyTooSlow)))
            } else {
                phase = .closed
            }
        } else if phase == .head, headSince != nil {
            refuse(.headTooSlow)
        } else {
            phase = .closed
        }
    }

    /// Marks the next response as the last one, with `Connection: close`.
    func announceEnd() {
        isDraining = true
        exchange?.closes = true
    }

    /// Stops accepting requests after those that have arrived are answered. All input must have been read before the
    /// call.
    func drain() {
        announceEnd()
        guard phase == .head, input.isEmpty else { return }
        // A new connection's request may be on its way; an idle connection that has served requests may be closed.
        if arrivedRequests == 0 { drainsAt = turn.monotonic + limits.drainGrace } else { phase = .closing }
    }

    // MARK: Awaited events

    var pendingOutput: Int { output.count - outputStart }

    /// True if a request has arrived completely and its response, or the tunnel it opened, is not complete.
    var isServed: Bool { phase == .answering && (reader.isDone || isTunnel) }

    /// Bytes that wait in memory: output not yet sent, and input not yet processed.
    var heldBytes: Int { output.count + input.count + (body?.held ?? 0) }

    var interest: Readiness {
        var interest: Readiness = pendingOutput > 0 ? .write : []
        if wantsInput { interest.insert(.read) }
        return interest
    }

    /// True if there is input to process in another turn.
    var hasMoreToDo: Bool { phase == .head && isHeldBack && pendingOutput < limits.pendingOutput }

    var deadline: MonotonicTime? {
        if phase == .closed { return nil }
        // The carrier decides how long an upgraded connection may be silent.
        if isTunnel, phase == .answering { return nil }
        if pendingOutput > 0 { return outputWindow.start + limits.outputProgress.window }
        if waitsForBody { return window.start + limits.progress.window }
        guard phase == .head else { return nil }
        if let headSince { return headSince + limits.headTimeout }
        return min(idleSince + limits.idleTimeout, drainsAt ?? .end)
    }

    private var wantsInput: Bool {
        guard !inputEnded else { return false }
        switch phase {
        case .head: return pendingOutput < limits.pendingOutput && !isHeldBack
        case .answering, .discarding: return waitsForBody && input.isEmpty
        case .closing, .closed: return false
        }
    }

    /// True if the client's next bytes are wanted and belong to a body.
    private var waitsForBody: Bool {
        switch phase {
        case .answering: !reader.isDone && body.map { $0.isWanted && $0.room > 0 } ?? false
        case .discarding: true
        default: false
        }
    }

    // MARK: Reading

    private func process(_ bytes: Span<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        isHeldBack = false
        var used = 0
        while true {
            let rest = bytes.extracting(used..<bytes.count)
            switch phase {
            case .head:
                guard !rest.isEmpty else { return used }
                guard servedThisTurn < limits.requestsPerTurn, pendingOutput < limits.pendingOutput else {
                    isHeldBack = true
                    return used
                }
                do {
                    guard let request = try parser.parse(rest) else { return used }
                    used += parser.consumed
                    parser = RequestParser()
                    headSince = nil
                    servedThisTurn += 1
                    begin(request)
                } catch {
                    refuse(error)
                }
            case .answering:
                let fed = feed(rest)
                used += fed
                if fed == 0, phase == .answering { return used }
            case .discarding:
                var dropped: [UInt8] = []
                do {
                    used += try reader.read(rest, into: &dropped, limit: limits.discardedBody)
                } catch {
                    phase = .closing
                }
                if reader.isDone {
                    arrivedRequests += 1
                    readyForNext()
                } else if used == bytes.count {
                    return used
                }
            case .closing, .closed:
                return bytes.count
            }
        }
    }

    /// Passes body bytes on as far as there is room; returns the number of bytes consumed.
    private func feed(_ bytes: Span<UInt8>) -> Int {
        guard let body, body.isWanted, body.room > 0, !reader.isDone else { return 0 }
        var content: [UInt8] = []
        do {
            let used = try reader.read(bytes, into: &content, limit: body.room)
            body.append(content)
            if reader.isDone {
                arrivedRequests += 1
                body.finish(.success(()))
            }
            return used
        } catch {
            exchange?.closes = true
            body.append(content)
            body.finish(.failure(.fault(error)))
            return bytes.count
        }
    }

    private func noteHead() {
        if phase == .head, inputEnded, !isHeldBack {
            phase = pendingOutput > 0 ? .closing : .closed
        } else if phase == .head, !input.isEmpty, !isHeldBack {
            if headSince == nil { headSince = turn.monotonic }
        } else {
            headSince = nil
        }
    }

    /// Ends the exchange and prepares for the next request.
    func readyForNext() {
        phase = .head
        idleSince = turn.monotonic
        if isDraining || inputEnded && input.isEmpty { phase = .closing }
    }

    /// Continues after asynchronous work has progressed, unless the loop above is on the stack and continues itself.
    func resumed() {
        guard !isProcessing else { return }
        turn = reactor.turn
        restartOutputWindow()
        processInput()
        progressed()
    }

    /// The window restarts while no output waits, so that it begins when output begins to wait.
    private func restartOutputWindow() {
        if pendingOutput == 0 { outputWindow.restart(at: turn.monotonic) }
    }

    func refuse(_ fault: ProtocolError) {
        headSince = nil
        let answer = handler.refuse(fault, from: peer, at: turn)
        exchange = Exchange(startedAt: turn.monotonic, context: answer.context, closes: true)
        reader = BodyReader(.none)
        guard case .now(let response) = answer.kind else {
            phase = .closed
            return
        }
        finish(response)
    }
}

/// The request that is being answered.
struct Exchange {
    var isHead = false
    var isVersion10 = false
    let startedAt: MonotonicTime
    let context: AnyObject?
    var closes: Bool
    var written = 0
    /// The stated length of streamed content.
    var announced: Int?
    /// True if only the end of the connection ends the response.
    var endsByClosing = false
}
