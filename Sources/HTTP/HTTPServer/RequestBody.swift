public import HTTPMessage
internal import Sockets
internal import Threads

/// The reason why a body could not be read completely.
public enum BodyError: Error, Sendable, Hashable {
    /// The connection broke or the request was cancelled.
    case disconnected
    case tooLarge
    case fault(ProtocolError)
}

/// The content of a request, as it arrives. It has one consumer and a buffer of 64 KiB; while that is full, nothing is
/// read from the connection.
///
/// Every access is on the connection's reactor. The consuming task runs there too, by its executor preference.
public final class RequestBody: Sendable {
    private final class State {
        let limit: Int
        var received = 0
        /// Bytes returned by ``RequestBody/collect()`` to work that is not finished.
        var collected = 0
        var slot: [UInt8] = []
        var end: Result<Void, BodyError>?
        var consumer: CheckedContinuation<Void, Never>?
        var demanded: () -> Void = {}
        var informs: (Status, Fields) -> Void = { _, _ in }
        var isWanted = false

        init(limit: Int) {
            self.limit = limit
        }

        func finish(_ result: Result<Void, BodyError>) {
            guard end == nil else { return }
            end = result
            if case .failure = result { slot = [] }
            resume()
        }

        func resume() {
            consumer?.resume()
            consumer = nil
        }
    }

    static let slotSize = 64 << 10

    private let state: Confined<State>

    /// - Parameter limit: the most bytes; a longer body ends with ``BodyError/tooLarge``.
    init(on reactor: Reactor, limit: Int) {
        state = Confined(State(limit: limit), to: reactor.confinement)
    }

    /// Returns the next bytes, never empty; nil at the end.
    public func next() async throws(BodyError) -> [UInt8]? {
        let state = state.value
        if !state.isWanted {
            state.isWanted = true
            state.demanded()
        }
        while state.slot.isEmpty {
            switch state.end {
            case .success: return nil
            case .failure(let error): throw error
            case nil: await withCheckedContinuation { state.consumer = $0 }
            }
        }
        let bytes = state.slot
        state.slot = []
        state.demanded()
        return bytes
    }

    /// Returns the whole body. It counts as memory held by the connection until the request is answered.
    public func collect() async throws(BodyError) -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try await next() {
            all.append(contentsOf: bytes)
            state.value.collected = all.count
        }
        return all
    }

    /// Sends an interim response (RFC 9110, section 15.2) before the final one, except to HTTP/1.0 clients. It has no
    /// effect once the final response has begun.
    ///
    /// - Parameter status: 102–199; other responses are not sent.
    public func inform(_ status: Status, _ fields: Fields) {
        guard (102...199).contains(status.code) else { return }
        state.value.informs(status, fields)
    }

    // MARK: The connection's side

    /// Sets the action that sends interim responses.
    func onInform(_ action: @escaping (Status, Fields) -> Void) { state.value.informs = action }

    /// Sets the action that runs when the body is wanted, or when there is room again.
    func onDemand(_ action: @escaping () -> Void) { state.value.demanded = action }

    /// True once the consumer has asked for the first bytes.
    var isWanted: Bool { state.value.isWanted }

    /// Bytes of memory that the body takes: those not yet consumed, and those collected.
    var held: Int {
        let state = state.value
        return state.slot.count + state.collected
    }

    /// Bytes that the buffer has room for; 0 once the body has ended.
    var room: Int {
        let state = state.value
        return state.end == nil ? max(0, RequestBody.slotSize - state.slot.count) : 0
    }

    func append(_ bytes: [UInt8]) {
        let state = state.value
        guard state.end == nil, !bytes.isEmpty else { return }
        state.received += bytes.count
        guard state.received <= state.limit else {
            state.finish(.failure(.tooLarge))
            return
        }
        state.slot.append(contentsOf: bytes)
        state.resume()
    }

    /// Ends the body: completely, or with the reason why the rest is missing. Later calls have no effect.
    func finish(_ result: Result<Void, BodyError>) { state.value.finish(result) }
}
