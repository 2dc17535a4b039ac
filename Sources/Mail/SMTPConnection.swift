internal import Files
internal import Sockets
internal import Time

/// A connection that carries one dialogue. It belongs to the client's reactor.
final class SMTPConnection: EventHandler {
    /// The result of one connection.
    enum Outcome {
        case taken
        case failed(DeliveryError)
        /// The connection failed before the dialogue, so another address may be tried.
        case unreached(DeliveryError)
        /// STARTTLS failed, but plain text is allowed, so the address may be tried without TLS.
        case unsecured(DeliveryError)
    }

    private enum Phase {
        case connecting, talking, closed
    }

    private let host: String
    private let tls: TLSClientContext
    private let isImplicitTLS: Bool
    private let allowsPlainText: Bool
    private let limits: SMTPLimits
    private let reactor: Reactor
    private var dialogue: SMTPDialogue
    private var stream: Stream
    private var watched: WatchedStream?
    private var phase = Phase.connecting
    private var output: [UInt8] = []
    private var outputStart = 0
    private var deadline: MonotonicTime
    private let end: MonotonicTime
    private var wakesAt: MonotonicTime?
    /// Receives the outcome; called once.
    private var finished: ((Outcome) -> Void)?

    init(
        _ stream: Stream, _ delivery: Delivery, isPlain: Bool, tls: TLSClientContext, on reactor: Reactor,
        finished: @escaping (Outcome) -> Void
    ) throws(SystemError) {
        self.stream = stream
        self.tls = tls
        self.reactor = reactor
        self.finished = finished
        limits = delivery.limits
        host = delivery.route.host
        isImplicitTLS = delivery.route.isImplicitTLS
        allowsPlainText = delivery.route.isLoopback
        dialogue = SMTPDialogue(delivery.email, by: delivery.route, usesTLS: !isPlain)
        end = delivery.end
        deadline = min(MonotonicTime.now() + limits.connect, end)
        watched = try WatchedStream(stream, on: reactor, interest: .write, handler: self)
        arm()
    }

    func ready(_ readiness: Readiness, at turn: Turn) {
        switch phase {
        case .connecting:
            do throws(SystemError) {
                try stream.checkConnected()
            } catch {
                return finish(.unreached(DeliveryError("no connection: \(error)")))
            }
            phase = .talking
            if isImplicitTLS {
                guard secure() else { return }
            }
            setDeadline(limits.reply)
            work()
        case .talking: work()
        case .closed: break
        }
    }

    func deadlinePassed(at turn: Turn) {
        wakesAt = nil
        guard phase != .closed else { return }
        guard deadline <= turn.monotonic else { return arm() }
        let failure = DeliveryError("the server did not reply in time")
        phase == .talking ? fail(failure) : finish(.unreached(failure))
    }

    private func work() {
        while phase == .talking {
            while outputStart < output.count {
                switch stream.write(output, from: outputStart) {
                case .count(let count): outputStart += count
                case .wantRead: return wait(.read)
                case .wantWrite: return wait(.write)
                case .closed: return broken()
                }
            }
            switch stream.read(into: &reactor.readBuffer) {
            case .count(let count): act(on: dialogue.receive(Array(reactor.readBuffer.prefix(count))))
            case .wantRead: return wait(.read)
            case .wantWrite: return wait(.write)
            case .closed: return broken()
            }
        }
    }

    private func act(on action: SMTPDialogue.Action) {
        switch action {
        case .wait: break
        case .send(let bytes):
            output = bytes
            outputStart = 0
            setDeadline(dialogue.awaitsVerdict ? limits.verdict : limits.reply)
        case .secure:
            guard secure() else { return }
            act(on: dialogue.secured())
        case .finish(let failure):
            // QUIT is a courtesy; its result is ignored.
            _ = stream.write(Array("QUIT\r\n".utf8), from: 0)
            stream.endWriting()
            finish(failure.map(Outcome.failed) ?? .taken)
        }
    }

    private func secure() -> Bool {
        guard let secured = stream.securing(for: host, tls) else {
            fail(DeliveryError("TLS cannot be set up"))
            return false
        }
        stream = secured
        return true
    }

    private func broken() {
        fail(DeliveryError(stream.failure.map { "TLS failed: \($0)" } ?? "the server closed the connection"))
    }

    private func fail(_ failure: DeliveryError) {
        let isStarting = !isImplicitTLS && (stream.isHandshaking || dialogue.isStartingTLS)
        finish(isStarting && allowsPlainText ? .unsecured(failure) : .failed(failure))
    }

    private func wait(_ readiness: Readiness) {
        watched?.setInterest(readiness)
        arm()
    }

    private func finish(_ outcome: Outcome) {
        guard phase != .closed else { return }
        phase = .closed
        watched?.close()
        watched = nil
        let finished = finished
        self.finished = nil
        finished?(outcome)
    }

    private func setDeadline(_ duration: Duration) {
        deadline = min(MonotonicTime.now() + duration, end)
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
