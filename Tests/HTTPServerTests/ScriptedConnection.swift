import Addresses
import HTTPMessage
import Threads
import Time

@testable import HTTPServer
@testable import Sockets

/// A handler that answers as a test specifies, and records completed exchanges.
final class TestHandler: RequestHandler {
    var respond: (Request) -> Answer
    /// Status, content bytes, and `cut` if the connection broke before.
    var exchanges: [String] = []

    private let proxy: String?

    /// - Parameter proxy: the address of a peer that forwards for many clients.
    init(proxy: String? = nil, _ respond: @escaping (Request) -> Answer) {
        self.proxy = proxy
        self.respond = respond
    }

    func speaksForOthers(_ peer: IPAddress) -> Bool { proxy.flatMap { IPAddress($0) } == peer }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer { respond(request) }

    func answer(misdirected request: Request, from peer: String, at turn: Turn) -> Answer {
        .now(Response(.ok, body: Array("misdirected".utf8)))
    }

    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer {
        .now(Response(fault.status))
    }

    func completed(_ exchange: CompletedExchange) {
        exchanges.append("\(exchange.status.code) \(exchange.contentBytes)" + (exchange.wasCutShort ? " cut" : ""))
    }
}

/// A connection without a socket, with a manual clock.
final class ScriptedConnection {
    let handler: TestHandler
    let machine: ConnectionMachine
    private var now: Turn

    /// Answers with the request's path by default.
    init(
        on reactor: Reactor? = nil, limits: ServerLimits = ServerLimits(),
        _ respond: @escaping (Request) -> Answer = { .now(Response(.ok, body: Array($0.target.pathBytes))) }
    ) throws {
        let reactor = try reactor ?? Reactor()
        handler = TestHandler(respond)
        now = Turn(monotonic: reactor.turn.monotonic, wall: Timestamp(seconds: 784_111_777))
        machine = ConnectionMachine(
            handler: handler, limits: limits, reactor: reactor, clock: ServerClock(), peer: "192.0.2.1", at: now)
    }

    func send(_ text: String) {
        machine.beginTurn(now)
        let bytes = Array(text.utf8)
        machine.received(bytes.span)
    }

    /// Runs another turn without input.
    func turn() {
        machine.beginTurn(now)
        machine.processInput()
    }

    /// Advances the clock and processes due deadlines.
    func pass(_ duration: Duration) {
        now = Turn(monotonic: now.monotonic + duration, wall: now.wall)
        machine.beginTurn(now)
        machine.deadlinePassed()
    }

    /// Returns pending output without `Date`, as if the client had accepted all of it.
    func take() -> String {
        let text = String(decoding: machine.output[machine.outputStart...], as: UTF8.self)
        machine.wrote(machine.pendingOutput)
        return text.replacing(/Date: [^\r]*\r\n/, with: "")
    }
}

/// A response as sent.
func answer(_ status: String, _ content: String, closes: Bool = false) -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(content.utf8.count)\r\n\(closes ? "Connection: close\r\n" : "")\r\n\(content)"
}

func get(_ path: String, _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" }

func post(_ path: String, _ fields: String, _ content: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n\(content)"
}

/// Runs a test on the thread of its own reactor, which also runs asynchronous work.
func onReactor(_ body: @escaping @Sendable (Reactor) async throws -> Void) async throws {
    let reactor = try Reactor()
    _ = try reactor.start()
    defer { reactor.stop() }
    // A new task begins on its executor; `withTaskExecutorPreference` would switch only at the next suspension.
    try await Task(executorPreference: reactor) { try await body(reactor) }.value
}

/// Suspends the task until the reactor has run all its other jobs, so that each task waits for an event or has ended.
func settle(_ reactor: Reactor) async {
    await withCheckedContinuation { continuation in
        var waiting: CheckedContinuation<Void, Never>? = continuation
        reactor.atEndOfTurn {
            guard reactor.hasNothingQueued else { return }
            waiting?.resume()
            waiting = nil
        }
    }
}
