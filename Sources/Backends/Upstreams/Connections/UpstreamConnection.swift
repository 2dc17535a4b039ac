internal import Files
internal import HTTPMessage
internal import Sockets
internal import Time

/// A connection to an upstream: it is opened, carries one exchange after the other, and waits for the next one in its
/// pool. It belongs to a reactor.
///
/// One task reads and one task writes at a time. What was read and not yet taken is at most one read's octets; while
/// there are some, nothing is read. What waits to be written is at most one piece of the request.
final class UpstreamConnection: EventHandler {
    private enum Phase {
        case connecting, securing, open, idle, closed
    }

    /// Output above which a writer waits.
    private static let mostOutput = 16 << 10
    /// Reads without waiting per turn of the loop, so that one fast upstream leaves time for all other connections.
    private static let readsPerTurn = 4

    let lane: UpstreamLane
    private let reactor: Reactor
    private var stream: Sockets.Stream
    private var watched: WatchedStream?
    private var phase = Phase.connecting
    private var tlsHost: String?

    private(set) var answer = AnswerReader(toHead: false, asksForUpgrade: false)
    /// Content that was read and not yet taken.
    private var content: [UInt8] = []
    private var fault: UpstreamFault?
    private var output: [UInt8] = []
    private var outputStart = 0
    /// True if nothing more can be sent, while the response may still arrive.
    private var cannotSend = false
    private var endsOutput = false
    private var blockedOn: Readiness = []
    private var reads: (turn: MonotonicTime, count: Int) = (MonotonicTime(nanoseconds: 0), 0)

    private var reading: CheckedContinuation<Void, Never>?
    private var writing: CheckedContinuation<Void, Never>?
    private var continuing: CheckedContinuation<Void, Never>?

    private var readDeadline: MonotonicTime?
    private var writeDeadline: MonotonicTime?
    private var continueDeadline: MonotonicTime?
    private var wakesAt: MonotonicTime?

    /// True once all of the request was handed over.
    private(set) var hasSentRequest = false
    /// True if the connection has served another request before.
    private(set) var isReused = false

    init(_ stream: Sockets.Stream, in lane: UpstreamLane, on reactor: Reactor) throws(SystemError) {
        self.stream = stream
        self.lane = lane
        self.reactor = reactor
        watched = try WatchedStream(stream, on: reactor, interest: .write, handler: self)
    }

    var isClosed: Bool { phase == .closed }

    // MARK: Opening

    /// Waits until the connection is established, with TLS if the lane has it.
    func open(until deadline: MonotonicTime) async throws(UpstreamFault) {
        readDeadline = deadline
        while phase == .connecting || phase == .securing { await untilInput() }
        readDeadline = nil
        if let fault { throw fault }
        guard phase == .open else { throw .unreachable("\(lane.address.name): the connection was closed") }
    }

    private func connected() {
        do throws(SystemError) {
            try stream.checkConnected()
        } catch {
            return fail(.unreachable("\(lane.address.name): \(error)"))
        }
        guard let tls = lane.tls, case .https(let host, _) = lane.address else { return opened() }
        guard let secured = stream.securing(for: host, tls) else {
            return fail(.unreachable("\(lane.address.name): TLS cannot be set up"))
        }
        stream = secured
        phase = .securing
        secure()
    }

    /// Performs the handshake before the request is sent, so that a failed one leaves it to another address.
    private func secure() {
        switch stream.read(into: &reactor.readBuffer) {
        case .count: fail(.badAnswer("\(lane.address.name): octets came before the request"))
        case .closed: fail(.unreachable("\(lane.address.name): \(stream.failure ?? "the handshake was broken off")"))
        case .wantWrite: watched?.setInterest(.write)
        case .wantRead:
            if stream.isHandshaking { watched?.setInterest(.read) } else { opened() }
        }
    }

    private func opened() {
        phase = .open
        watched?.setInterest(.read)
        resumeReading()
    }

    // MARK: An exchange

    /// Begins an exchange on an open or idle connection.
    func begin(_ answer: AnswerReader) {
        guard phase == .open || phase == .idle else { return }
        if phase == .idle { isReused = true }
        phase = .open
        self.answer = answer
        hasSentRequest = false
        readDeadline = nil
    }

    /// True if an idle connection has neither ended nor sent anything.
    func isStillIdle() -> Bool {
        guard phase == .idle else { return false }
        checkIdle()
        return phase == .idle
    }

    /// Sends octets of a request; returns when there is room for more. After the upstream has stopped reading, the rest
    /// is dropped: its response may explain why.
    func send(_ bytes: [UInt8], within timeout: Duration?) async throws(UpstreamFault) {
        guard phase == .open else { throw fault ?? .clientGone }
        write(bytes)
        while output.count - outputStart > UpstreamConnection.mostOutput, phase == .open {
            writeDeadline = timeout.map { reactor.turn.monotonic + $0 }
            arm()
            await withCheckedContinuation { writing = $0 }
        }
        writeDeadline = nil
        guard phase == .open else { throw fault ?? .clientGone }
    }

    /// Hands over octets without waiting: the head of a request.
    func write(_ bytes: [UInt8]) {
        guard phase == .open, !cannotSend else { return }
        if outputStart == output.count {
            (output, outputStart) = (bytes, 0)
        } else {
            if outputStart > 0 {
                output.removeFirst(outputStart)
                outputStart = 0
            }
            output.append(contentsOf: bytes)
        }
        flush()
        awaitEvents()
    }

    /// Notes that the request is complete; the wait for its response begins.
    func finishRequest(within timeout: Duration) {
        hasSentRequest = true
        guard answer.head == nil, phase == .open else { return }
        readDeadline = reactor.turn.monotonic + timeout
        arm()
    }

    /// Ends the direction to the upstream, after what was written.
    func endWriting() {
        guard phase == .open else { return }
        endsOutput = true
        flush()
        awaitEvents()
    }

    /// Waits until the upstream asks for the content or responds, at most a second: not every server knows `Expect`
    /// (RFC 9110, section 10.1.1).
    func untilContinue() async {
        guard !answer.continues, phase == .open else { return }
        continueDeadline = reactor.turn.monotonic + .seconds(1)
        arm()
        await withCheckedContinuation { continuing = $0 }
        continueDeadline = nil
    }

    /// Waits for a head.
    ///
    /// - Returns: interim heads to pass on; none once the final head is in ``answer``.
    func nextHead() async throws(UpstreamFault) -> [AnswerHead] {
        while true {
            let interim = answer.takeInterim()
            if !interim.isEmpty || answer.head != nil { return interim }
            if let fault { throw fault }
            guard phase == .open else { throw .clientGone }
            await untilInput()
        }
    }

    /// Returns the next content, never empty; nil after the end of the response.
    ///
    /// - Parameter timeout: the longest silence; nil for any.
    func nextContent(within timeout: Duration?) async throws(UpstreamFault) -> [UInt8]? {
        while true {
            if !content.isEmpty {
                readDeadline = nil
                defer { content = [] }
                return content
            }
            if let fault { throw fault }
            if answer.isComplete { return nil }
            guard phase == .open else { throw .clientGone }
            if mayReadAtOnce(), read() { continue }
            if !content.isEmpty || fault != nil || answer.isComplete || phase != .open { continue }
            readDeadline = timeout.map { reactor.turn.monotonic + $0 }
            await untilInput()
        }
    }

    /// True if all content of the response is here; ``takeContent()`` returns it.
    var hasAllContent: Bool { answer.isComplete }

    func takeContent() -> [UInt8] {
        defer { content = [] }
        return content
    }

    /// Ends the exchange: the connection is kept for another one, or closed.
    func release() {
        guard phase == .open else { return }
        let isUsable =
            answer.leavesConnectionUsable && hasSentRequest && outputStart == output.count && !cannotSend
            && !stream.hasPendingInput && content.isEmpty && watched != nil
        readDeadline = nil
        writeDeadline = nil
        guard isUsable, lane.keep(self) else { return close() }
        phase = .idle
        output = []
        outputStart = 0
        content = []
        answer = AnswerReader(toHead: false, asksForUpgrade: false)
        watched?.setInterest(.read)
        readDeadline = reactor.turn.monotonic + UpstreamLane.idleTime
        arm()
    }

    /// Closes the connection; waiting tasks get a fault.
    func close() {
        content = []
        fail(.clientGone)
    }

    private func fail(_ fault: UpstreamFault) {
        guard phase != .closed else { return }
        if phase == .idle { lane.forget(self) }
        phase = .closed
        if self.fault == nil { self.fault = fault }
        watched?.close()
        watched = nil
        lane.closed(self)
        resumeReading()
        resumeWriting()
        resumeContinuing()
    }

    // MARK: Events

    func ready(_ readiness: Readiness, at turn: Turn) {
        switch phase {
        case .connecting: connected()
        case .securing: secure()
        case .idle: checkIdle()
        case .open: work(readiness)
        case .closed: break
        }
    }

    private func work(_ readiness: Readiness) {
        let wasBlocked = blockedOn
        blockedOn = []
        if readiness.contains(.write) || wasBlocked == .read { flush() }
        let mayHaveInput =
            readiness.contains(.read) || readiness.contains(.hangUp) || readiness.isEmpty || wasBlocked == .write
        if mayHaveInput, wantsInput { _ = read() }
        if hasNews { resumeReading() }
        if answer.continues { resumeContinuing() }
        if readiness.contains(.hangUp), !wantsInput, phase == .open {
            // Nothing is read while the client is slower; the lost connection is not reported again and again meanwhile.
            // The octets in the socket can still be read.
            watched?.close()
            watched = nil
        }
        awaitEvents()
    }

    /// True if octets may be read: those of a read before were taken.
    private var wantsInput: Bool { content.isEmpty && !answer.isComplete }

    private var hasNews: Bool {
        !content.isEmpty || answer.head != nil || !answer.interim.isEmpty || fault != nil
    }

    /// An idle connection that sends anything is not used again: the octets would be read as the answer to the next
    /// request. Records of TLS alone, such as session tickets, are no such octets.
    private func checkIdle() {
        if !stream.isQuiet { close() }
    }

    func deadlinePassed(at turn: Turn) {
        wakesAt = nil
        guard phase != .closed else { return }
        let now = turn.monotonic
        if let readDeadline, readDeadline <= now {
            let name = lane.address.name
            switch phase {
            case .idle: return close()
            case .connecting, .securing: return fail(.tooSlow("\(name): no connection was established in time"))
            case .open where answer.head == nil: return fail(.tooSlow("\(name): no response arrived in time"))
            case .open where reading != nil: return fail(.tooSlow("\(name): the response was silent for too long"))
            default: self.readDeadline = nil
            }
        }
        if let continueDeadline, continueDeadline <= now {
            self.continueDeadline = nil
            resumeContinuing()
        }
        if let writeDeadline, writeDeadline <= now {
            return fail(.tooSlow("\(lane.address.name): the upstream does not read the request"))
        }
        arm()
    }

    // MARK: Octets

    private func mayReadAtOnce() -> Bool {
        let now = reactor.turn.monotonic
        if reads.turn != now { reads = (now, 0) }
        reads.count += 1
        return reads.count <= UpstreamConnection.readsPerTurn || watched == nil
    }

    /// Reads once; returns true if something arrived.
    private func read() -> Bool {
        switch stream.read(into: &reactor.readBuffer) {
        case .count(let count):
            let buffer = reactor.readBuffer
            do throws(UpstreamFault) {
                try answer.take(buffer.span.extracting(0..<count), into: &content)
            } catch {
                lane.failed()
                fail(error)
            }
            return true
        case .closed:
            do throws(UpstreamFault) {
                try answer.end(isBroken: stream.isBroken)
            } catch {
                if answer.hasBegun || !isReused { lane.failed() }
                fail(error)
            }
            return true
        case .wantWrite: blockedOn = .write
        case .wantRead:
            // Without a registration there is no event to wait for.
            if watched == nil { fail(.badAnswer("the connection was lost within the response")) }
        }
        return false
    }

    private func flush() {
        while outputStart < output.count, !cannotSend {
            switch stream.write(output, from: outputStart) {
            case .count(let count): outputStart += count
            case .wantRead:
                blockedOn = .read
                return
            case .wantWrite: return
            case .closed:
                // The upstream may have responded before it stopped reading.
                cannotSend = true
                outputStart = output.count
            }
        }
        output.removeAll(keepingCapacity: output.capacity <= 4096)
        outputStart = 0
        if endsOutput {
            endsOutput = false
            stream.endWriting()
        }
        resumeWriting()
    }

    private func untilInput() async {
        arm()
        await withCheckedContinuation { continuation in
            reading = continuation
            awaitEvents()
        }
    }

    /// Waits for what the tasks need: room for output, and input if a task wants it.
    private func awaitEvents() {
        guard phase == .open, let watched else { return }
        guard blockedOn.isEmpty else { return watched.setInterest(blockedOn) }
        var interest: Readiness = outputStart < output.count ? .write : []
        if wantsInput { interest.insert(.read) }
        watched.setInterest(interest)
        if reading != nil, stream.hasPendingInput, let key = watched.key { reactor.resumeNextTurn(key) }
    }

    private func resumeReading() {
        reading?.resume()
        reading = nil
    }

    private func resumeContinuing() {
        continuing?.resume()
        continuing = nil
    }

    private func resumeWriting() {
        writing?.resume()
        writing = nil
    }

    private var earliestDeadline: MonotonicTime? {
        guard readDeadline != nil || writeDeadline != nil || continueDeadline != nil else { return nil }
        return min(readDeadline ?? .end, writeDeadline ?? .end, continueDeadline ?? .end)
    }

    /// One timer per connection: it is set only if the current one is later than the deadline.
    private func arm() {
        guard let key = watched?.key, let deadline = earliestDeadline else { return }
        if let wakesAt, wakesAt <= deadline { return }
        wakesAt = deadline
        reactor.wake(key, at: deadline)
    }
}
