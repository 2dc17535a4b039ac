public import HTTPMessage
internal import Sockets

/// The reason why a body could not be read completely.
public enum BodyError: Error, Sendable, Hashable {
    /// The connection broke or the request was cancelled.
    case disconnected
    case tooLarge
    case fault(ProtocolFault)
}

/// The content of a request, as it arrives. It has one consumer and a buffer of 64 KiB; while that is full, nothing is
/// read from the connection.
public final class RequestBody: @unchecked Sendable {
    // @unchecked: every access is on the reactor's thread. The connection lives there, and so does the consuming task
    // (its executor preference); `isCurrent` checks `next()`.
    static let slotSize = 64 << 10

    private let reactor: Reactor
    private let limit: Int
    private var received = 0
    /// Bytes returned by ``collect()`` to work that is not finished.
    private var collected = 0
    private var slot: [UInt8] = []
    private var end: Result<Void, BodyError>?
    private var consumer: CheckedContinuation<Void, Never>?
    /// Tells the connection that there is room again, or that the body is wanted.
    var demanded: () -> Void = {}
    private(set) var isWanted = false

    init(on reactor: Reactor, limit: Int) {
        self.reactor = reactor
        self.limit = limit
    }

    /// Returns the next bytes, never empty; nil at the end.
    public func next() async throws(BodyError) -> [UInt8]? {
        precondition(reactor.isCurrent, "a body belongs to its connection's thread")
        if !isWanted {
            isWanted = true
            demanded()
        }
        while slot.isEmpty {
            switch end {
            case .success: return nil
            case .failure(let error): throw error
            case nil: await withCheckedContinuation { consumer = $0 }
            }
        }
        let bytes = slot
        slot = []
        demanded()
        return bytes
    }

    /// Returns the whole body. It counts as memory held by the connection until the request is answered.
    public func collect() async throws(BodyError) -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try await next() {
            all.append(contentsOf: bytes)
            collected = all.count
        }
        return all
    }

    // MARK: The connection's side

    /// Bytes of memory that the body takes: those not yet consumed, and those collected.
    var held: Int { slot.count + collected }

    var room: Int { end == nil ? max(0, RequestBody.slotSize - slot.count) : 0 }

    func append(_ bytes: [UInt8]) {
        guard end == nil, !bytes.isEmpty else { return }
        received += bytes.count
        guard received <= limit else {
            finish(.failure(.tooLarge))
            return
        }
        slot.append(contentsOf: bytes)
        resume()
    }

    func finish(_ result: Result<Void, BodyError>) {
        guard end == nil else { return }
        end = result
        if case .failure = result { slot = [] }
        resume()
    }

    private func resume() {
        consumer?.resume()
        consumer = nil
    }
}
