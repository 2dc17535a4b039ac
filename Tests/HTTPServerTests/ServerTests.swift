import HTTPMessage
import HTTPServer
import Sockets
import Synchronization
import Testing
import Threads

/// A server on a local port, with one reactor; it stops with the test.
final class LiveServer: Sendable {
    let server: Server
    let reactor: Reactor

    init(
        listen: [String] = ["127.0.0.1"], limits: ServerLimits = ServerLimits(), proxy: String? = nil,
        _ respond: @escaping @Sendable (Request) -> Answer
    ) throws {
        let reactor = try Reactor()
        self.reactor = reactor
        let addresses = listen.map { SocketAddress(host: $0, port: 0) }
        server = try Server(addresses, on: [reactor], limits: limits) { _, _ in
            TestHandler(proxy: proxy, respond)
        }
        _ = try reactor.start()
    }

    /// The first of the server's addresses.
    var address: SocketAddress { server.addresses[0] }

    deinit { reactor.stop() }
}

@Suite("Servers", .timeLimit(.minutes(1)))
struct ServerTests {
    @Test("requests are answered immediately, one after another")
    func onTheSpot() async throws {
        let live = try LiveServer { .now(Response(.ok, body: Array($0.target.pathBytes))) }
        let texts = try await onThread {
            let client = try TestClient(live.address)
            client.send(get("/a"))
            let first = client.read(until: "/a")
            client.send(get("/b") + get("/c", "Connection: close\r\n"))
            return [first, client.read()]
        }
        #expect(texts[0] == answer("200 OK", "/a"))
        #expect(texts[1] == answer("200 OK", "/b") + answer("200 OK", "/c", closes: true))
    }

    @Test("all pipelined requests are answered if their responses exceed the output limit")
    func largeAnswers() async throws {
        let live = try LiveServer { _ in .now(Response(.ok, body: Array(repeating: 0x61, count: 300 << 10))) }
        let text = try await onThread {
            let client = try TestClient(live.address)
            client.send(get("/") + get("/") + get("/") + get("/", "Connection: close\r\n"))
            return client.read()
        }
        #expect(text.utf8.count { $0 == 0x61 } == 4 * (300 << 10))
    }

    @Test("an asynchronous handler's response is sent when it is ready, and other clients are served in the meantime")
    func waiting() async throws {
        let started = Moment()
        let mayEnd = Moment()
        let live = try LiveServer { request in
            guard request.target.path == "/slow" else { return .now(Response(.ok, body: Array("fast".utf8))) }
            return .later(bodyLimit: 0) { _ in
                started.happens()
                await mayEnd.wait()
                return Response(.ok, body: Array("slow".utf8))
            }
        }
        let texts = try await onThread {
            let slow = try TestClient(live.address)
            slow.send(get("/slow"))
            guard started.blockUntil() else { return ["", ""] }
            let fast = try TestClient(live.address)
            fast.send(get("/fast"))
            let first = fast.read(until: "fast")
            mayEnd.happens()
            return [first, slow.read(until: "slow")]
        }
        #expect(texts == [answer("200 OK", "fast"), answer("200 OK", "slow")])
    }

    @Test("a client that closes during its request ends the handler's work")
    func closesWithinRequest() async throws {
        let started = Moment()
        let ended = Moment()
        let outcome = Mutex<BodyError?>(nil)
        let live = try LiveServer { _ in
            .later(bodyLimit: 100) { body in
                do throws(BodyError) {
                    _ = try await body.next()
                    started.happens()
                    _ = try await body.next()
                } catch {
                    outcome.withLock { $0 = error }
                }
                ended.happens()
                return Response(.ok)
            }
        }
        let hasEnded = try await onThread {
            do {
                let client = try TestClient(live.address)
                client.send(post("/", "Content-Length: 10", "ab"))
                guard started.blockUntil() else { return false }
            }
            return ended.blockUntil()
        }
        #expect(hasEnded)
        #expect(outcome.withLock { $0 } == .disconnected)
    }

    @Test("a client that sends its head slowly does not delay another")
    func slowClient() async throws {
        let live = try LiveServer { .now(Response(.ok, body: Array($0.target.pathBytes))) }
        let texts = try await onThread {
            let slow = try TestClient(live.address)
            let fast = try TestClient(live.address)
            var answers: [String] = []
            for piece in ["GET /sl", "ow HTTP/1.1\r", "\nHost: h\r\n"] {
                slow.send(piece)
                fast.send(get("/fast"))
                answers.append(fast.read(until: "/fast"))
            }
            slow.send("\r\n")
            return answers + [slow.read(until: "/slow")]
        }
        #expect(texts == Array(repeating: answer("200 OK", "/fast"), count: 3) + [answer("200 OK", "/slow")])
    }

    @Test("draining closes idle connections, accepts no new ones, and finishes the request in progress")
    func drain() async throws {
        let started = Moment()
        let mayEnd = Moment()
        let drained = Moment()
        var limits = ServerLimits()
        limits.drainGrace = .zero
        let live = try LiveServer(limits: limits) { _ in
            .later(bodyLimit: 0) { _ in
                started.happens()
                await mayEnd.wait()
                return Response(.ok, body: Array("done".utf8))
            }
        }
        let texts = try await onThread {
            let idle = try TestClient(live.address)
            let busy = try TestClient(live.address)
            busy.send(get("/"))
            guard started.blockUntil() else { return ["work did not start"] }
            _ = try SystemThread {
                live.server.drain(timeout: .seconds(30))
                drained.happens()
            }
            // The end of the idle connection shows that draining has started.
            let end = idle.read()
            let isRefused = (try? TestClient(live.address)) == nil
            mayEnd.happens()
            let last = busy.read()
            return [end, last, isRefused ? "refused" : "taken", drained.blockUntil() ? "drained" : "still there"]
        }
        #expect(texts == ["", answer("200 OK", "done", closes: true), "refused", "drained"])
    }

    @Test("requests not finished when draining times out are aborted")
    func cutOff() async throws {
        let started = Moment()
        let never = Moment()
        let live = try LiveServer { _ in
            .later(bodyLimit: 0) { _ in
                started.happens()
                await never.wait()
                return Response(.ok)
            }
        }
        let text = try await onThread {
            let client = try TestClient(live.address)
            client.send(get("/"))
            guard started.blockUntil() else { return "work did not start" }
            live.server.drain(timeout: .zero)
            return client.read()
        }
        #expect(text == "")
    }
}
