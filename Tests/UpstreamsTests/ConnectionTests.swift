import GatehouseTesting
import Synchronization
import TestCertificates
import Testing

@testable import Upstreams

private let small = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite("Connections to upstreams", .timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test("a connection serves one request after the other")
    func reuse() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                while !peer.read(until: "\r\n\r\n").isEmpty { peer.send(small) }
            }
            let gateway = try LiveGateway(to: upstream)
            for _ in 0..<3 {
                let client = RawPeer(port: gateway.port)
                client.send(get() + get())
                _ = client.read(until: "ok")
                _ = client.read(until: "ok")
            }
            #expect(upstream.connections == 1)
        }
    }

    @Test("a GET is sent again, once, if a kept connection ends before any octet of a response")
    func again() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, number in
                _ = peer.read(until: "\r\n\r\n")
                peer.send(small)
                // The second request arrives here and gets no answer.
                if number == 0 { _ = peer.read(until: "\r\n\r\n") }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            for _ in 0..<2 {
                client.send(get())
                #expect(client.read(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            #expect(upstream.connections == 2)
            #expect(gateway.observed.all == ["200", "200 again"])
        }
    }

    @Test(
        "no other request is sent again: not a POST, not one with content, not after an octet of a response, not a second time",
        arguments: [
            ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n", "", 1),
            ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n", "", 1),
            ("GET / HTTP/1.1\r\nHost: h\r\n", "H", 1), ("OPTIONS / HTTP/1.1\r\nHost: h\r\n", "", 2),
        ])
    func notAgain(_ request: String, _ beginning: String, _ connections: Int) async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, number in
                _ = peer.read(until: "\r\n\r\n")
                guard number == 0 else { return }
                peer.send(small)
                _ = peer.read(until: "\r\n\r\n")
                peer.send(beginning)
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(get())
            _ = client.read(until: "ok")
            client.send(request + "Connection: close\r\n\r\n" + (request.contains("Content-Length: 1") ? "x" : ""))
            #expect(client.read().contains("HTTP/1.1 502 Bad Gateway\r\n"))
            #expect(upstream.connections == connections)
        }
    }

    @Test("an address that refuses connections is passed over, and left out after three failures")
    func failover() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                while !peer.read(until: "\r\n\r\n").isEmpty { peer.send(small) }
            }
            let refusing = LoopbackListener(isListening: false)
            let gateway = try LiveGateway([
                .http(host: "127.0.0.1", port: refusing.port), .http(host: "127.0.0.1", port: upstream.port),
            ])
            let client = RawPeer(port: gateway.port)
            for _ in 0..<8 {
                client.send(post("/", "Content-Length: 1\r\n", "x"))
                #expect(client.read(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
        }
    }

    @Test("requests are spread over the addresses")
    func spreading() async throws {
        try await onThread {
            let script: @Sendable (RawPeer, Int) -> Void = { peer, _ in
                while !peer.read(until: "\r\n\r\n").isEmpty { peer.send(small) }
            }
            let (one, two) = (try ScriptedUpstream(script), try ScriptedUpstream(script))
            let gateway = try LiveGateway(to: one, two)
            let client = RawPeer(port: gateway.port)
            for _ in 0..<6 {
                client.send(get())
                _ = client.read(until: "ok")
            }
            #expect(one.connections == 1 && two.connections == 1)
        }
    }

    @Test("without room for a connection the answer is a 503, no address is blamed, and idle connections make room")
    func noRoom() async throws {
        try await onThread {
            let script: @Sendable (RawPeer, Int) -> Void = { peer, _ in
                while true {
                    let head = peer.read(until: "\r\n\r\n")
                    if head.isEmpty { return }
                    // A request for /wait is answered when its client has sent the content.
                    if head.contains(" /wait ") { _ = peer.read(until: "end") }
                    peer.send(small)
                }
            }
            let (one, two) = (try ScriptedUpstream(script), try ScriptedUpstream(script))
            let gateway = try LiveGateway(
                [.http(host: "127.0.0.1", port: one.port), .http(host: "127.0.0.1", port: two.port)], connections: 1)
            let (waiting, client) = (RawPeer(port: gateway.port), RawPeer(port: gateway.port))
            for _ in 0..<5 {
                waiting.send(post("/wait", "Expect: 100-continue\r\nContent-Length: 3\r\n"))
                // The content is asked for when the request has a connection.
                #expect(waiting.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue\r\n"))
                client.send(post("/", "Content-Length: 1\r\n", "x"))
                #expect(client.read(until: "no_room").hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
                waiting.send("end")
                #expect(waiting.read(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            // Requests take turns at the addresses, so each closes the idle connection of the other one.
            for _ in 0..<4 {
                client.send(post("/", "Content-Length: 1\r\n", "x"))
                #expect(client.read(until: "ok").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            #expect(one.connections + two.connections > 2)
        }
    }

    @Test("an upstream that refuses or has no address is a 502")
    func unreachable() async throws {
        try await onThread {
            let refusing = LoopbackListener(isListening: false)
            for address in [
                UpstreamTarget.Address.http(host: "127.0.0.1", port: refusing.port),
                .http(host: "no-such-name.invalid", port: 80), .unix(path: "/no/such.sock"),
                .unix(path: String(repeating: "a", count: 108)),
            ] {
                let gateway = try LiveGateway([address])
                let client = RawPeer(port: gateway.port)
                client.send(get("/", "Connection: close\r\n"))
                let text = client.read()
                #expect(text.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n") && text.hasSuffix("unreachable"))
            }
        }
    }

    @Test("an upstream that does not respond is a 504, and one that falls silent is cut off")
    func tooSlow() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, number in
                _ = peer.read(until: "\r\n\r\n")
                if number > 0 { peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc") }
                _ = peer.read()
            }
            let gateway = try LiveGateway(to: upstream, options: .with { $0.timeout = .milliseconds(100) })
            let client = RawPeer(port: gateway.port)
            client.send(get())
            #expect(client.read(until: "too_slow").hasPrefix("HTTP/1.1 504 Gateway Timeout\r\n"))
            client.send(get())
            #expect(client.read().hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test("a name that is not found in time is a 504 for all that wait for it, and used once it is found")
    func slowLookUp() async throws {
        let looked = LookUps()
        try await onThread {
            let upstream = try ScriptedUpstream(answering: small)
            let gateway = try LiveGateway(
                [.http(host: "app.example", port: upstream.port)],
                options: .with { $0.timeout = .milliseconds(200) }, lookUp: looked.note)
            let clients = (0..<3).map { _ in RawPeer(port: gateway.port) }
            for client in clients { client.send(get()) }
            for client in clients {
                #expect(client.read(until: "too_slow").hasPrefix("HTTP/1.1 504 Gateway Timeout\r\n"))
            }
            #expect(looked.names == ["app.example"])
            clients[0].send(get())
            #expect(clients[0].read(until: "too_slow").hasPrefix("HTTP/1.1 504 Gateway Timeout\r\n"))
            looked.answer(["127.0.0.1"])
            clients[0].send(get("/", "Connection: close\r\n"))
            #expect(clients[0].read().hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(looked.names == ["app.example"])
        }
    }

    /// Look-ups that are answered when the test says so.
    final class LookUps: Sendable {
        private let waiting = Mutex<[(name: String, completion: @Sendable ([String]) -> Void)]>([])

        var names: [String] { waiting.withLock { $0.map(\.name) } }

        func note(_ name: String, _ completion: @escaping @Sendable ([String]) -> Void) {
            waiting.withLock { $0.append((name, completion)) }
        }

        func answer(_ addresses: [String]) {
            for wait in waiting.withLock({ $0 }) { wait.completion(addresses) }
        }
    }

    @Test("a client that leaves while a connection is chosen closes that connection once")
    func leaves() async throws {
        let gateway = try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                while !peer.read(until: "\r\n\r\n").isEmpty { peer.send(small) }
            }
            let gateway = try LiveGateway(to: upstream)
            // The first connection is a new one, the others are kept ones.
            for path in ["/left", "/", "/left", "/", "/", "/left", "/left", "/"] {
                let client = RawPeer(port: gateway.port)
                client.send(get(path, "Connection: close\r\n"))
                let text = client.read()
                #expect(path == "/left" ? !text.contains("200 OK") : text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            return gateway
        }
        #expect(await gateway.underWay == 0)
    }

    @Test("an upstream may listen on a socket of the file system")
    func unix() async throws {
        try await onThread {
            let directory = TemporaryDirectory()
            let upstream = try UnixUpstream(in: directory.path, answering: small)
            let gateway = try LiveGateway([.unix(path: upstream.path)])
            let client = RawPeer(port: gateway.port)
            client.send(get("/", "Connection: close\r\n"))
            #expect(client.read().hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("a certificate of another name or authority is refused before anything of the request is sent")
    func tls() async throws {
        try await onThread {
            let (authority, other) = (try TestAuthority(), try TestAuthority())
            let files = try authority.issue("IP:127.0.0.1")
            let wrong = try authority.issue("DNS:elsewhere.example")
            for (files, trusted, status) in [
                (files, authority, "200"), (wrong, authority, "502"), (files, other, "502"),
            ] {
                let server = try TLSUpstream(files)
                let gateway = try LiveGateway(
                    [.https(host: "127.0.0.1", port: server.port)],
                    options: .with { $0.authoritiesFile = trusted.file })
                let client = RawPeer(port: gateway.port)
                for _ in 0..<2 {
                    client.send(get())
                    #expect(
                        client.read(until: status == "200" ? "secret" : "unreachable").hasPrefix("HTTP/1.1 \(status) "))
                }
                #expect(server.requests.count == (status == "200" ? 2 : 0))
            }
        }
    }

    @Test("a client that goes away ends the request at the upstream")
    func abandoned() async throws {
        let sawEnd: Void? = try await onThread {
            let (ended, ending) = AsyncStream<Void>.makeStream()
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
                if peer.isAtEnd() { ending.yield() }
                ending.finish()
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(get())
            _ = client.read(until: "abc")
            client.reset()
            return ended
        }.first { true }
        #expect(sawEnd != nil)
    }
}
