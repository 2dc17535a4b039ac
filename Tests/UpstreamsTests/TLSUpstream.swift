import HTTPMessage
import HTTPServer
import Sockets
import Synchronization
import Threads

/// An upstream with TLS that answers every request with `secret`.
final class TLSUpstream: Sendable {
    private let reactor: Reactor
    private let server: Server
    private let thread: SystemThread
    let requests: Requests

    var port: UInt16 { server.addresses[0].port }

    init(_ files: (certificate: String, key: String)) throws {
        let reactor = try Reactor()
        let context = try TLSServerContext(certificateFile: files.certificate, privateKeyFile: files.key)
        let requests = Requests()
        self.requests = requests
        server = try Server([SocketAddress(host: "127.0.0.1", port: 0)], on: [reactor], tls: { context }) { _, _ in
            Handler(requests)
        }
        self.reactor = reactor
        thread = try reactor.start()
    }

    deinit {
        reactor.stop()
        thread.join()
    }

    /// The requests that arrived.
    final class Requests: Sendable {
        private let number = Atomic(0)
        var count: Int { number.load(ordering: .relaxed) }
        func note() { number.wrappingAdd(1, ordering: .relaxed) }
    }

    private final class Handler: RequestHandler {
        let requests: Requests
        init(_ requests: Requests) { self.requests = requests }

        func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
            requests.note()
            return .now(Response(.ok, body: Array("secret".utf8)))
        }

        func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer { .now(Response(fault.status)) }
        func completed(_ exchange: CompletedExchange) {}
    }
}
