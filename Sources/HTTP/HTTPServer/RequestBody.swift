public import HTTPMessage
internal import Sockets

/// Why a body could not be read to its end.
public enum BodyError: Error, Sendable, Hashable {
    /// The connection broke or the request was cancelled.
    case disconnected
    case tooLarge
    case fault(ProtocolFault)
}

/// The content of a request, as it arrives. One consumer; one slot of 64 KiB, and while it is full nothing is read from
/// the connection.
public final class RequestBody: @unchecked Sendable {
    // @unchecked: every access is on the reactor's thread: the connection lives there, and so does the task that
    // consumes (its executor preference); both are checked by `isCurrent`.
    static let slotSize = 64 << 10

    private let reactor: Reactor
    private let limit: Int
    private var received = 0
    /// Bytes that ``collect()`` has and the work on them is not done with.
    private var collected = 0
    private var slot: [UInt8] = []
    private var end: Result<Void, BodyError>?
    private var consumer: CheckedContinuation<Void, Never>?
    /// Tells the connection that there is room again, or that the body is wanted at all.
    var demanded: () -> Void = {}
    private(set) var isWanted = false

    init(on reactor: Reactor, limit: Int) {
        self.reactor = reactor
        self.limit = limit
    }

    /// The next bytes, never empty; `nil` at the end.
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

    /// All of it. It counts as held by the connection until the request is answered.
    public func collect() async throws(BodyError) -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try await next() {
            all.append(contentsOf: bytes)
            collected = all.count
        }
        return all
    }

    // MARK: The connection's side

    /// Bytes of memory that the body takes: those that the consumer has not taken, and those that it collects.
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
