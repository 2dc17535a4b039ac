import Addresses
import HTTPMessage
import HTTPServer
import Sockets
import Testing

@Suite("Servers with several addresses", .timeLimit(.minutes(1)))
struct SeveralListenersTests {
    @Test("each address is served, and all of them are closed by draining")
    func several() async throws {
        let live = try LiveServer(listen: ["127.0.0.1", "127.0.0.1"]) {
            .now(Response(.ok, body: Array($0.target.pathBytes)))
        }
        let addresses = live.server.addresses
        try #require(addresses.count == 2 && Set(addresses.map(\.port)).count == 2)
        let texts = try await onThread {
            try addresses.map { address in
                let client = try TestClient(address)
                client.send(get("/a", "Connection: close\r\n"))
                return client.read()
            }
        }
        #expect(texts == Array(repeating: answer("200 OK", "/a", closes: true), count: 2))
        let isClosed = try await onThread {
            live.server.drain(timeout: .seconds(30))
            return addresses.allSatisfy { (try? TestClient($0)) == nil }
        }
        #expect(isClosed)
    }

    @Test("an IPv4 client on a dual-stack socket has its IPv4 address")
    func mapped() async throws {
        let reactor = try Reactor()
        let server = try Server([SocketAddress(host: "::ffff:127.0.0.1", port: 0)], on: [reactor]) { _, _ in
            PeerHandler()
        }
        _ = try reactor.start()
        defer { reactor.stop() }
        let text = try await onThread {
            let client = try TestClient(server.addresses[0], from: 5)
            client.send(get("/", "Connection: close\r\n"))
            return client.read()
        }
        #expect(text == answer("200 OK", "127.0.0.5", closes: true))
    }
}

/// A handler that answers with the peer's address.
private final class PeerHandler: RequestHandler {
    func speaksForOthers(_ peer: IPAddress) -> Bool { false }

    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer {
        .now(Response(.ok, body: Array(peer.utf8)))
    }

    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer { .now(Response(fault.status)) }

    func completed(_ exchange: CompletedExchange) {}
}
