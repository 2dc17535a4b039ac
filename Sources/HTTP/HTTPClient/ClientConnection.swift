internal import Files
internal import HTTPMessage
internal import Sockets
internal import Text
internal import Time

/// A connection to a server: it is opened, sends a request, and is then kept for the next request or closed. It belongs
/// to the client's reactor.
final class ClientConnection: EventHandler {
    private enum Phase {
        case connecting
        /// The proxy is asked for a tunnel (RFC 9110, section 9.3.6).
        case tunnelling
        case asking
        case idle
        case closed
    }

    let key: ConnectionPool.Key
    private let pool: ConnectionPool
    private let reactor: Reactor
    private let tls: TLSClientContext?
    private var stream: Stream
    private var watched: WatchedStream?
    private var phase = Phase.connecting
    private var call: ClientCall?
    /// Called if connecting fails, to try the next address.
    private var failed: ((SystemError) -> Void)?
    private var output: [UInt8] = []
    private var outputStart = 0
    private var answer = ClientAnswer(isToHead: false, limit: 0)
    private var hasAnswerBegun = false
    private var isReused = false
    /// Time at which the last response was complete.
    private(set) var idleSince = MonotonicTime.now()
    private var deadline = MonotonicTime.now()
    private var wakesAt: MonotonicTime?
    /// Repeats the call's request on another connection.
    private var again: (() -> Void)?

    init(
        _ stream: Stream, _ key: ConnectionPool.Key, tls: TLSClientContext?, pool: ConnectionPool, on reactor: Reactor
    ) throws(SystemError) {
        self.stream = stream
        self.key = key
        self.tls = tls
        self.pool = pool
        self.reactor = reactor
        watched = try WatchedStream(stream, on: reactor, interest: .write, handler: self)
        pool.opened(key)
    }

    // MARK: Requests

    /// Sets the first request, sent once the connection is established.
    func connect(_ call: ClientCall, until deadline: MonotonicTime, failed: @escaping (SystemError) -> Void) {
        self.call = call
        self.failed = failed
        setDeadline(deadline)
    }

    /// Sends another request on an established connection.
    func ask(_ call: ClientCall, again: @escaping () -> Void) {
        self.call = call
        self.again = again
        isReused = true
        begin(call)
    }

    private func begin(_ call: ClientCall) {
        phase = .asking
        output = call.bytes
        outputStart = 0
        hasAnswerBegun = false
        answer = ClientAnswer(isToHead: call.request.method == .head, limit: call.request.limits.body)
        setDeadline(min(reactor.turn.monotonic + call.request.limits.head, call.began + call.request.limits.whole))
        work()
    }

    // MARK: Events

    func ready(_ readiness: Readiness, at turn: Turn) {
        switch phase {
        case .connecting: connected()
        // A server that sends unrequested bytes has closed the connection, or must not be reused.
        case .idle: close()
        case .tunnelling, .asking: work()
        case .closed: break
        }
    }

    func deadlinePassed(at turn: Turn) {
        wakesAt = nil
        guard phase != .closed else { return }
        guard deadline <= turn.monotonic else { return arm() }
        switch phase {
        case .connecting:
            let next = failed
            failed = nil
            close()
            next?(SystemError(call: "connect", code: 110))
        case .idle: close()
        default: fail(.timedOut, hasAnswerBegun ? "the response took too long" : "no response arrived in time")
        }
    }

    /// Closes the connection if its call was abandoned.
    func abandon(_ call: ClientCall) {
        if self.call === call {
            self.call = nil
            close()
        }
    }

    private func connected() {
        do throws(SystemError) {
            try stream.checkConnected()
        } catch {
            let next = failed
            failed = nil
            close()
            next?(error)
            return
        }
        failed = nil
        guard let call else { return close() }
        if let proxy = key.proxy {
            phase = .tunnelling
            let target = key.host.holds(":") ? "[\(key.host)]:\(key.port)" : "\(key.host):\(key.port)"
            let credential = proxy.credential.map { "Proxy-Authorization: \($0)\r\n" } ?? ""
            output = Array("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\(credential)\r\n".utf8)
            outputStart = 0
            // A response to CONNECT ends with its head, as one to HEAD does.
            answer = ClientAnswer(isToHead: true, limit: 0)
            work()
        } else {
            secure(call)
        }
    }

    private func secure(_ call: ClientCall) {
        if let tls {
            guard let secured = stream.securing(for: key.host, tls) else {
                return fail(.insecure, "TLS cannot be set up")
            }
            stream = secured
        }
        begin(call)
    }

    // MARK: Bytes

    private func work() {
        while outputStart < output.count {
            switch stream.write(output, from: outputStart) {
            case .count(let count): outputStart += count
            case .wantRead: return wait(.read)
            case .wantWrite: return wait(.write)
            case .closed: return broken()
            }
        }
        while phase == .asking || phase == .tunnelling {
            switch stream.read(into: &reactor.readBuffer) {
            case .count(let count):
                hasAnswerBegun = true
                let buffer = reactor.readBuffer
                take(buffer.span.extracting(0..<count))
            case .wantRead: return wait(.read)
            case .wantWrite: return wait(.write)
            case .closed: return ended()
            }
        }
    }

    private func wait(_ readiness: Readiness) {
        watched?.setInterest(readiness)
        arm()
    }

    private func take(_ bytes: Span<UInt8>) {
        do throws(ClientAnswer.ReadingError) {
            guard try answer.take(bytes) else { return }
        } catch {
            return fail(error.kind, error.detail)
        }
        phase == .tunnelling ? tunnelled() : complete()
    }

    private func tunnelled() {
        guard let call else { return close() }
        guard let status = answer.head?.status.code, (200...299).contains(status), !answer.hasExcess else {
            return fail(.notConnected, "the proxy refused with \(answer.head?.status.code ?? 0)")
        }
        secure(call)
    }

    /// Handles the end of the connection.
    private func ended() {
        if let failure = stream.failure { return fail(hasAnswerBegun ? .cutShort : .insecure, failure) }
        // The end of the connection completes only a response that has no other end.
        if phase == .asking, answer.endsWithConnection { return complete() }
        broken()
    }

    private func broken() {
        if let failure = stream.failure, !isReused { return fail(hasAnswerBegun ? .cutShort : .insecure, failure) }
        if isReused, !hasAnswerBegun, let call, call.isRepeatable, !call.isOver {
            let again = again
            self.call = nil
            close()
            again?()
            return
        }
        fail(.cutShort, "the connection ended before the response was complete")
    }

    private func complete() {
        guard let call, let head = answer.head else { return close() }
        self.call = nil
        let response = OutboundResponse(head.status, fields: head.fields, body: answer.body)
        if head.keepsAlive, !answer.hasExcess, !stream.hasPendingInput, pool.keep(self) {
            phase = .idle
            idleSince = reactor.turn.monotonic
            output = []
            answer = ClientAnswer(isToHead: false, limit: 0)
            watched?.setInterest(.read)
            setDeadline(reactor.turn.monotonic + ConnectionPool.idleTime)
        } else {
            stream.endWriting()
            close()
        }
        call.finish(.success(response))
    }

    private func fail(_ kind: OutboundError.Kind, _ detail: String) {
        let call = call
        self.call = nil
        close()
        call?.fail(kind, detail)
    }

    func close() {
        guard phase != .closed else { return }
        if phase == .idle { pool.remove(self) }
        phase = .closed
        again = nil
        watched?.close()
        watched = nil
        pool.closed(key)
    }

    // MARK: Time

    private func setDeadline(_ new: MonotonicTime) {
        deadline = new
        arm()
    }

    /// One timer per connection: it is set only if the current one is later than the deadline.
    private func arm() {
        guard let key = watched?.key else { return }
        if let wakesAt, wakesAt <= deadline { return }
        wakesAt = deadline
        reactor.wake(key, at: deadline)
    }
}
