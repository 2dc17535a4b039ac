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

    /// All of it.
    public func collect() async throws(BodyError) -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = try await next() { all.append(contentsOf: bytes) }
        return all
    }

    // MARK: The connection's side

    /// Bytes that the consumer has not taken.
    var waiting: Int { slot.count }

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
