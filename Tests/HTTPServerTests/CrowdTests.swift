import HTTPMessage
import HTTPServer
import Sockets
import Testing
import Threads

@Suite("Connection limits", .timeLimit(.minutes(1)))
struct CrowdTests {
    private static func limits(_ change: (inout ServerLimits) -> Void) -> ServerLimits {
        var limits = ServerLimits()
        change(&limits)
        return limits
    }

    private static func path(_ request: Request) -> Answer {
        .now(Response(.ok, body: Array(request.target.pathBytes)))
    }

    /// Returns the response to a client, or an empty text if its connection was closed.
    private static func ask(_ client: TestClient, _ path: String) -> String {
        client.send(get(path))
        return client.read(until: path)
    }

    @Test("at the limit a new connection is accepted, and the address with the most connections loses its oldest")
    func flood() async throws {
        let live = try LiveServer(limits: CrowdTests.limits { $0.connectionsPerReactor = 4 }, CrowdTests.path)
        let answers = try await onThread {
            let quiet = try TestClient(live.address, from: 2)
            var answers = [CrowdTests.ask(quiet, "/quiet")]
            let flood = try (0..<20).map { _ in try TestClient(live.address, from: 3) }
            answers.append(CrowdTests.ask(quiet, "/again"))
            let new = try TestClient(live.address, from: 4)
            answers.append(CrowdTests.ask(new, "/new"))
            answers.append(flood[0].read())
            answers.append(CrowdTests.ask(flood[19], "/last"))
            return answers
        }
        #expect(answers == ["/quiet", "/again", "/new", "", "/last"].map { $0.isEmpty ? "" : answer("200 OK", $0) })
    }

    @Test("among many addresses, the connection longest without a request is closed")
    func manyAddresses() async throws {
        let live = try LiveServer(limits: CrowdTests.limits { $0.connectionsPerReactor = 4 }, CrowdTests.path)
        let answers = try await onThread {
            var crowd: [TestClient] = []
            var answers: [String] = []
            for source in UInt8(10)..<40 {
                crowd.append(try TestClient(live.address, from: source))
                let client = try TestClient(live.address, from: 2)
                answers.append(CrowdTests.ask(client, "/a"))
            }
            return answers + [crowd[0].read()]
        }
        #expect(answers == Array(repeating: answer("200 OK", "/a"), count: 30) + [""])
    }

    @Test("a long request is answered, regardless of new connections in the meantime")
    func slowAnswer() async throws {
        let mayEnd = Moment()
        let started = Moment()
        let live = try LiveServer(limits: CrowdTests.limits { $0.connectionsPerReactor = 4 }) { request in
            guard request.target.path == "/slow" else { return CrowdTests.path(request) }
            return .later(bodyLimit: 0) { _ in
                started.happens()
                await mayEnd.wait()
                return Response(.ok, body: Array("/slow".utf8))
            }
        }
        let answers = try await onThread {
            let slow = try TestClient(live.server.addresses[0], from: 2)
            slow.send(get("/slow"))
            guard started.blockUntil() else { return ["it did not start"] }
            let crowd = try (10..<40).map { try TestClient(live.server.addresses[0], from: $0) }
            let last = CrowdTests.ask(crowd[29], "/last")
            mayEnd.happens()
            return [last, slow.read(until: "/slow")]
        }
        #expect(answers == ["/last", "/slow"].map { answer("200 OK", $0) })
    }

    @Test(
        "connections are limited per address, except for a peer that forwards for many clients",
        arguments: [true, false])
    func perAddress(isProxy: Bool) async throws {
        let live = try LiveServer(
            limits: CrowdTests.limits { $0.connectionsPerAddress = 2 }, proxy: isProxy ? "127.0.0.5" : nil,
            CrowdTests.path)
        let answers = try await onThread {
            let clients = try (0..<4).map { _ in try TestClient(live.address, from: 5) }
            return clients.reversed().map { CrowdTests.ask($0, "/a") }
        }
        let served = answer("200 OK", "/a")
        #expect(answers == [served, served] + (isProxy ? [served, served] : ["", ""]))
    }

    @Test("clients that do not read their responses stay within the shared memory limit")
    func memory() async throws {
        let live = try LiveServer(limits: CrowdTests.limits { $0.heldBytes = 20 << 20 }) { request in
            request.target.path == "/small"
                ? .now(Response(.ok, body: Array("/small".utf8)))
                : .now(Response(.ok, body: Array(repeating: 0x61, count: 8 << 20)))
        }
        let cut = try await onThread {
            let small = try TestClient(live.address, from: 2)
            guard CrowdTests.ask(small, "/small") == answer("200 OK", "/small") else { return -1 }
            let greedy = try (0..<6).map { _ in try TestClient(live.address, from: 3) }
            for client in greedy { client.send(get("/large", "Connection: close\r\n")) }
            // All earlier requests have been processed once the next one is answered.
            guard CrowdTests.ask(small, "/small") == answer("200 OK", "/small") else { return -2 }
            return greedy.count { $0.read().utf8.count < 8 << 20 }
        }
        #expect((2...5).contains(cut))
    }

    @Test("collected bodies stay within the shared memory limit")
    func collectedBodies() async throws {
        let live = try LiveServer(limits: CrowdTests.limits { $0.heldBytes = 3 << 20 }) { request in
            guard request.target.path == "/collect" else { return CrowdTests.path(request) }
            return .later(bodyLimit: 1 << 20) { body in
                let bytes = try? await body.collect()
                return Response(.ok, body: Array("\(bytes?.count ?? 0)".utf8))
            }
        }
        let cut = try await onThread {
            let head = "POST /collect HTTP/1.1\r\nHost: a\r\nContent-Length: \(1 << 20)\r\nConnection: close\r\n\r\n"
            let small = try TestClient(live.address, from: 2)
            let greedy = try (0..<6).map { _ in try TestClient(live.address, from: 3) }
            for client in greedy { client.send(head + String(repeating: "a", count: 1_000_000)) }
            // The sent bytes have been collected once the next request is answered.
            guard CrowdTests.ask(small, "/small") == answer("200 OK", "/small") else { return -1 }
            for client in greedy { client.send(String(repeating: "a", count: (1 << 20) - 1_000_000)) }
            return greedy.count { !$0.read().hasSuffix("1048576") }
        }
        #expect((2...5).contains(cut))
    }

    @Test("requests sent before the listener closes are answered, and a new connection has time for its request")
    func drainingUnread() async throws {
        let live = try LiveServer(CrowdTests.path)
        let answers = try await onThread {
            let used = try TestClient(live.address)
            var answers = [CrowdTests.ask(used, "/used")]
            // While the reactor is blocked, requests and connections wait in the kernel.
            let isHeld = Monitor(true)
            let hasBegun = Monitor(false)
            live.reactor.perform {
                hasBegun.change { $0 = true }
                _ = isHeld.wait { $0 ? nil : true }
            }
            _ = hasBegun.wait { $0 ? true : nil }
            used.send(get("/kept"))
            let queued = try TestClient(live.address)
            queued.send(get("/queued"))
            let silent = try TestClient(live.address)
            let drained = Monitor(false)
            _ = try SystemThread {
                live.server.drain(timeout: .seconds(30))
                drained.change { $0 = true }
            }
            isHeld.change { $0 = false }
            // These requests may be answered before the reactor drains; their responses then lack `Connection: close`.
            answers += [used.read(), queued.read()].map { $0.replacing("Connection: close\r\n", with: "") }
            silent.send(get("/late"))
            answers.append(silent.read())
            _ = drained.wait { $0 ? true : nil }
            return answers
        }
        #expect(
            answers == ["/used", "/kept", "/queued"].map { answer("200 OK", $0) }
                + [answer("200 OK", "/late", closes: true)])
    }

    @Test("after the end is announced, connections are still accepted, and each response ends its connection")
    func announced() async throws {
        let live = try LiveServer(CrowdTests.path)
        let answers = try await onThread {
            let old = try TestClient(live.address)
            var answers = [CrowdTests.ask(old, "/old")]
            let isAnnounced = Monitor(false)
            live.server.announceEnd()
            live.reactor.perform { isAnnounced.change { $0 = true } }
            _ = isAnnounced.wait { $0 ? true : nil }
            let new = try TestClient(live.address)
            for client in [old, new] {
                client.send(get("/a"))
                answers.append(client.read())
            }
            return answers
        }
        #expect(
            answers == [answer("200 OK", "/old")]
                + Array(repeating: answer("200 OK", "/a", closes: true), count: 2))
    }
}
