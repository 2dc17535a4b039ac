import HTTPMessage
import Sockets
import Threads
import Time

@testable import HTTPServer

/// Answers as a test says, and notes what was completed.
final class TestHandler: RequestHandler {
    var respond: (Request) -> Answer
    /// Status, content's bytes, and `cut` where the client was gone before.
    var exchanges: [String] = []

    private let proxy: String?

    /// - Parameter proxy: the address of a peer that speaks for many clients.
    init(proxy: String? = nil, _ respond: @escaping (Request) -> Answer) {
        self.proxy = proxy
        self.respond = respond
    }

    func speaksForOthers(_ peer: IPAddress) -> Bool { proxy.flatMap { IPAddress($0) } == peer }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer { respond(request) }

    func refuse(_ fault: ProtocolFault, from peer: String, at turn: Turn) -> Answer {
        .now(Response(fault.status))
    }

    func completed(_ exchange: CompletedExchange) {
        exchanges.append("\(exchange.status.code) \(exchange.contentBytes)" + (exchange.wasCutShort ? " cut" : ""))
    }
}

/// A connection without a socket, whose clock a test turns by hand.
final class ScriptedConnection {
    let handler: TestHandler
    let machine: ConnectionMachine
    private var now: Turn

    /// Answers with the request's path where nothing else is said.
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

    /// Another turn in which nothing came.
    func turn() {
        machine.beginTurn(now)
        machine.processInput()
    }

    /// Lets time pass; what is due by then happens.
    func pass(_ duration: Duration) {
        now = Turn(monotonic: now.monotonic + duration, wall: now.wall)
        machine.beginTurn(now)
        machine.deadlinePassed()
    }

    /// What is to be sent, as if the client took it all; without `Date`.
    func take() -> String {
        let text = String(decoding: machine.output[machine.outputStart...], as: UTF8.self)
        machine.wrote(machine.pendingOutput)
        return text.replacing(/Date: [^\r]*\r\n/, with: "")
    }
}

/// An answer as it is sent.
func answer(_ status: String, _ content: String, closes: Bool = false) -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(content.utf8.count)\r\n\(closes ? "Connection: close\r\n" : "")\r\n\(content)"
}

func get(_ path: String, _ fields: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" }

func post(_ path: String, _ fields: String, _ content: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n\(content)"
}

/// Runs a test on the thread of a reactor of its own, where work that waits runs too.
func onReactor(_ body: @escaping @Sendable (Reactor) async throws -> Void) async throws {
    let reactor = try Reactor()
    _ = try reactor.start()
    defer { reactor.stop() }
    // A new task begins on its executor; `withTaskExecutorPreference` would go there only at the next suspension.
    try await Task(executorPreference: reactor) { try await body(reactor) }.value
}

/// Lets the reactor's other tasks run: they are taken in order, so each yield lets every one go a step.
func settle() async {
    for _ in 0..<8 { await Task.yield() }
}
