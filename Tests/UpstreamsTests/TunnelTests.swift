import HTTPMessage
import Synchronization
import Testing

@testable import Upstreams

private let asking = get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n")
private let switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: a\r\n\r\n"

@Suite("Upgraded connections", .timeLimit(.minutes(1)))
struct TunnelTests {
    /// Switches protocols and echoes what it gets until the end.
    private static func echo() throws -> ScriptedUpstream {
        try ScriptedUpstream { peer, _ in
            let head = peer.read(until: "\r\n\r\n")
            #expect(head.hasSuffix("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
            peer.send(switching)
            while true {
                let bytes = peer.read(1)
                guard !bytes.isEmpty else { break }
                peer.send(bytes)
            }
            peer.send("end")
        }
    }

    @Test("octets go both ways, also those sent with the request, and the client may end its direction first")
    func bothWays() async throws {
        try await onThread {
            let upstream = try TunnelTests.echo()
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(asking + "GET / HTTP/1.1\r\n\r\n")
            #expect(
                client.read(until: "\r\n\r\n").undated == """
                    HTTP/1.1 101 Switching Protocols\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Accept: a\r
                    X-Request-Id: id-1\r
                    \r

                    """)
            #expect(client.read(until: "\r\n\r\n") == "GET / HTTP/1.1\r\n\r\n")
            for number in 0..<50 {
                client.send("<\(number)>")
                #expect(client.read(until: ">") == "<\(number)>")
            }
            client.endWriting()
            #expect(client.read() == "end")
        }
    }

    @Test("the upstream may end its direction first")
    func upstreamEnds() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send(switching + "bye")
                peer.endWriting()
                #expect(peer.read() == "later")
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(asking)
            _ = client.read(until: "\r\n\r\n")
            #expect(client.read() == "bye")
            client.send("later")
            client.endWriting()
        }
    }

    @Test("a tunnel ends on both sides when it is not permitted any more")
    func revoked() async throws {
        let sawEnd: Void? = try await onThread {
            let (ended, ending) = AsyncStream<Void>.makeStream()
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send(switching)
                if peer.isAtEnd() { ending.yield() }
                ending.finish()
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(asking)
            _ = client.read(until: "\r\n\r\n")
            gateway.revoke()
            #expect(client.isAtEnd())
            return ended
        }.first { true }
        #expect(sawEnd != nil)
    }

    @Test("a tunnel to a client that does not read ends too when it is not permitted any more")
    func revokedUnread() async throws {
        try await onThread {
            let sent = FlowTests.Counter()
            let upstream = try ScriptedUpstream { peer, number in
                guard number == 0 else {
                    while !peer.read(until: "\r\n\r\n").isEmpty {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    }
                    return
                }
                _ = peer.read(until: "\r\n\r\n")
                peer.send(switching)
                let piece: [UInt8] = Array(repeating: 0x61, count: 64 << 10)
                while peer.send(piece) == piece.count {
                    sent.value.wrappingAdd(piece.count, ordering: .relaxed)
                }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(asking)
            _ = client.read(until: "\r\n\r\n")
            // The kernel's buffers are full once nothing moves while others are served.
            let other = RawPeer(port: gateway.port)
            var before = -1
            while before != sent.value.load(ordering: .relaxed) {
                before = sent.value.load(ordering: .relaxed)
                for _ in 0..<200 {
                    other.send(get())
                    _ = other.read(until: "ok")
                }
            }
            gateway.revoke()
            #expect(client.isResetUnread())
        }
    }

    @Test("a silent tunnel ends after its idle time, if there is one")
    func idle() async throws {
        try await onThread {
            let upstream = try TunnelTests.echo()
            let gateway = try LiveGateway(to: upstream, options: .with { $0.upgradeIdle = .milliseconds(600) })
            let client = RawPeer(port: gateway.port)
            client.send(asking)
            _ = client.read(until: "\r\n\r\n")
            #expect(client.isAtEnd())
        }
    }

    @Test("a response other than 101 leaves HTTP on the connection")
    func refused() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                while !peer.read(until: "\r\n\r\n").isEmpty {
                    peer.send("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno")
                }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(asking + get("/next"))
            #expect(client.read(until: "no").hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
            #expect(client.read(until: "no").hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
        }
    }
}
