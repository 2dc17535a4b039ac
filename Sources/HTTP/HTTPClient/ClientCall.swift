internal import HTTPMessage
internal import Sockets
internal import Synchronization
internal import Time

/// A request in progress; its result is delivered once.
final class ClientCall: Sendable {
    typealias Outcome = Result<OutboundResponse, OutboundError>

    private struct State {
        var continuation: CheckedContinuation<Outcome, Never>?
        var isOver = false
        var abandon: (@Sendable () -> Void)?
    }

    let request: OutboundRequest
    let began = MonotonicTime.now()
    private let state = Mutex(State())

    init(_ request: OutboundRequest) {
        self.request = request
    }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// True if the request may be repeated after an idle connection turned out to be closed.
    var isRepeatable: Bool { request.method == .get || request.method == .head }

    func outcome(start: () -> Void) async -> Outcome {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.continuation = continuation }
                return state.isOver
            }
            guard !isOver else {
                return continuation.resume(returning: .failure(OutboundError(.timedOut, "the request was cancelled")))
            }
            start()
        }
    }

    /// Sets the action that runs if the call ends without a response.
    func onAbandon(_ action: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state in
            state.abandon = action
            return state.isOver
        }
        if isOver { action() }
    }

    func finish(_ outcome: Outcome) {
        let (continuation, abandon) = state.withLock { state in
            defer { state = State(isOver: true) }
            return (state.continuation, state.abandon)
        }
        continuation?.resume(returning: outcome)
        if case .failure = outcome { abandon?() }
    }

    func fail(_ kind: OutboundError.Kind, _ detail: String) {
        finish(.failure(OutboundError(kind, "\(request.url.host): \(detail)")))
    }

    /// The serialized request (RFC 9112, section 3).
    var bytes: [UInt8] {
        var text =
            "\(request.method.rawValue) \(request.url.requestTarget) HTTP/1.1\r\nHost: \(request.url.authority)\r\n"
        // The client decodes no coding; without the field a server may choose any (RFC 9110, section 12.5.3).
        text += "User-Agent: gatehouse\r\nAccept-Encoding: identity\r\n"
        if !request.body.isEmpty || request.method == .post || request.method == .put {
            text += "Content-Length: \(request.body.count)\r\n"
        }
        return Array(text.utf8) + request.fields.bytes + [0x0D, 0x0A] + request.body
    }
}
