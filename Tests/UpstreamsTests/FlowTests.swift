import HTTPMessage
import Synchronization
import Testing

@testable import Upstreams

@Suite("Long contents", .timeLimit(.minutes(1)))
struct FlowTests {
    private static let size = 40 << 20

    @Test("a response is read from the upstream only as fast as the client takes it")
    func slowClient() async throws {
        try await onThread {
            let sent = Counter()
            let upstream = try ScriptedUpstream { peer, number in
                guard number == 0 else {
                    while !peer.read(until: "\r\n\r\n").isEmpty {
                        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    }
                    return
                }
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(FlowTests.size)\r\n\r\n")
                let piece: [UInt8] = Array(repeating: 0x61, count: 64 << 10)
                for _ in 0..<FlowTests.size / piece.count {
                    peer.send(piece)
                    sent.value.wrappingAdd(piece.count, ordering: .relaxed)
                }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(get())
            _ = client.read(until: "\r\n\r\n")
            // Other clients are served until the response no longer moves: the kernel's buffers are full.
            let other = RawPeer(port: gateway.port)
            var before = -1
            while before != sent.value.load(ordering: .relaxed) {
                before = sent.value.load(ordering: .relaxed)
                for _ in 0..<200 {
                    other.send(get())
                    _ = other.read(until: "ok")
                }
            }
            #expect(before < FlowTests.size)
            var got = 0
            while got < FlowTests.size {
                let piece = client.read(min(1 << 20, FlowTests.size - got))
                guard !piece.isEmpty else { break }
                got += piece.count
            }
            #expect(got == FlowTests.size)
        }
    }

    @Test("a request is read from the client only as fast as the upstream takes it, and echoed while it arrives")
    func echo() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(FlowTests.size)\r\n\r\n")
                var left = FlowTests.size
                while left > 0 {
                    let piece = peer.read(min(left, 64 << 10))
                    guard !piece.isEmpty else { break }
                    peer.send(piece)
                    left -= piece.count
                }
            }
            let gateway = try LiveGateway(to: upstream, options: .with { $0.bodyLimit = FlowTests.size })
            let client = RawPeer(port: gateway.port)
            client.send(post("/", "Content-Length: \(FlowTests.size)\r\n"))
            _ = client.read(until: "\r\n\r\n")
            var isSame = true
            for number in 0..<FlowTests.size / (64 << 10) {
                let piece: [UInt8] = Array(repeating: UInt8(truncatingIfNeeded: number), count: 64 << 10)
                client.send(piece)
                isSame = isSame && client.read(piece.count) == piece
            }
            #expect(isSame)
        }
    }

    final class Counter: Sendable {
        let value = Atomic(0)
    }
}
