internal import Sockets
internal import Time

/// Carries one dialogue over one connection. Belongs to the client's reactor.
final class SMTPConnection: EventHandler {
    private enum Phase {
        case connecting, talking, closed
    }

    private let host: String
    private let tls: TLSClientContext
    private let isImplicitTLS: Bool
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
    /// Told once; whether another address may be tried, for nothing was said on this one yet.
    private var finished: ((DeliveryFailure?, _ wasConnected: Bool) -> Void)?

    init(
        _ stream: Stream, _ delivery: Delivery, tls: TLSClientContext, on reactor: Reactor,
        finished: @escaping (DeliveryFailure?, _ wasConnected: Bool) -> Void
    ) throws(SocketFault) {
        self.stream = stream
        self.tls = tls
        self.reactor = reactor
        self.finished = finished
        limits = delivery.limits
        host = delivery.route.host
        isImplicitTLS = delivery.route.isImplicitTLS
        dialogue = SMTPDialogue(delivery.letter, by: delivery.route)
        end = delivery.end
        deadline = min(MonotonicTime.now() + limits.connect, end)
        watched = try WatchedStream(stream, on: reactor, interest: .write, handler: self)
        arm()
    }

    func ready(_ readiness: Readiness, at turn: Turn) {
        switch phase {
        case .connecting:
            do throws(SocketFault) {
                try stream.checkConnected()
            } catch {
                return finish(DeliveryFailure("no connection: \(error)"), wasConnected: false)
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
        finish(DeliveryFailure("the server did not answer in time"), wasConnected: phase == .talking)
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
            // Politeness only: what becomes of it changes nothing.
            _ = stream.write(Array("QUIT\r\n".utf8), from: 0)
            stream.endWriting()
            finish(failure, wasConnected: true)
        }
    }

    private func secure() -> Bool {
        guard let secured = stream.securing(for: host, tls) else {
            finish(DeliveryFailure("TLS cannot be set up"), wasConnected: true)
            return false
        }
        stream = secured
        return true
    }

    private func broken() {
        finish(DeliveryFailure(stream.failure.map { "TLS failed: \($0)" } ?? "the server hung up"), wasConnected: true)
    }

    private func wait(_ readiness: Readiness) {
        watched?.setInterest(readiness)
        arm()
    }

    private func finish(_ failure: DeliveryFailure?, wasConnected: Bool) {
        guard phase != .closed else { return }
        phase = .closed
        watched?.close()
        watched = nil
        let finished = finished
        self.finished = nil
        finished?(failure, wasConnected)
    }

    private func setDeadline(_ duration: Duration) {
        deadline = min(MonotonicTime.now() + duration, end)
        arm()
    }

    /// One timer: it is set anew only where it would come too late.
    private func arm() {
        guard let key = watched?.key else { return }
        if let wakesAt, wakesAt <= deadline { return }
        wakesAt = deadline
        reactor.wake(key, at: deadline)
    }
}
