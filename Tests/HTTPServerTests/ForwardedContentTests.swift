import HTTPMessage
import Sockets
import Testing

@testable import HTTPServer

private func forwarding(_ length: Int?, _ parts: [String]) -> (Request) -> Answer {
    { _ in
        .later(bodyLimit: 100) { _ in
            Response(
                .ok, fields: Fields(),
                forwarding: ForwardedContent(length: length) { writer in
                    for part in parts { try await writer.write(Array(part.utf8)) }
                })
        }
    }
}

@Suite("Content of other servers, interim responses and tunnels")
struct ForwardedContentTests {
    @Test("content of a known length is sent with it")
    func known() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, forwarding(5, ["ab", "cde"]))
            connection.send(get("/") + get("/"))
            await settle(reactor)
            #expect(connection.take() == answer("200 OK", "abcde") + answer("200 OK", "abcde"))
            #expect(connection.handler.exchanges == ["200 5", "200 5"])
        }
    }

    @Test(
        "content that is shorter or longer than stated breaks the connection",
        arguments: [["ab"], ["abcd", "ef"], ["abcdef"]])
    func wrongLength(_ parts: [String]) async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, forwarding(5, parts))
            connection.send(get("/") + get("/"))
            await settle(reactor)
            #expect(connection.machine.phase == .closed)
            #expect(connection.handler.exchanges.count == 1 && connection.handler.exchanges[0].hasSuffix(" cut"))
            #expect(!connection.take().contains("f"))
        }
    }

    @Test("a connection that breaks outside its events is closed at once")
    func closedAtOnce() async throws {
        let release = Moment()
        let live = try LiveServer { _ in
            .now(
                Response(
                    .ok, fields: Fields(),
                    forwarding: ForwardedContent(length: 5) { writer in
                        try await writer.write(Array("ab".utf8))
                        await release.wait()
                        throw BodyError.disconnected
                    }))
        }
        let text = try await onThread {
            let client = try TestClient(live.address)
            client.send(get("/"))
            let begin = client.read(until: "ab")
            release.happens()
            let before = ContinuousClock.now
            let rest = client.read()
            #expect(ContinuousClock.now - before < .seconds(5))
            return begin + rest
        }
        #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
    }

    @Test("content of an unknown length is sent in chunks, and to HTTP/1.0 until the connection closes")
    func unknown() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, forwarding(nil, ["abc"]))
            connection.send(get("/"))
            await settle(reactor)
            #expect(connection.take() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            let old = try ScriptedConnection(on: reactor, forwarding(nil, ["abc"]))
            old.send("GET / HTTP/1.0\r\n\r\n")
            await settle(reactor)
            #expect(old.take() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc")
        }
    }

    @Test("without content, the stated length is kept for HEAD and 304 only")
    func withoutContent() async throws {
        try await onReactor { reactor in
            func none(_ status: Status, _ length: Int?) -> (Request) -> Answer {
                { _ in
                    .now(
                        Response(status, fields: Fields(), forwarding: ForwardedContent(length: length, producer: nil)))
                }
            }
            for (request, status, length, head) in [
                ("HEAD", Status.ok, 7, "200 OK\r\nContent-Length: 7\r\n"), ("HEAD", .ok, nil, "200 OK\r\n"),
                ("GET", .notModified, 7, "304 Not Modified\r\nContent-Length: 7\r\n"),
                ("GET", .noContent, 0, "204 No Content\r\n"), ("GET", .ok, 7, "200 OK\r\nContent-Length: 0\r\n"),
            ] as [(String, Status, Int?, String)] {
                let connection = try ScriptedConnection(on: reactor, none(status, length))
                connection.send("\(request) / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(connection.take() == "HTTP/1.1 \(head)\r\n")
                #expect(connection.machine.phase == .head)
            }
        }
    }

    @Test("the request's body can be read while another server's content is sent")
    func readsOn() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor) { _ in
                .later(bodyLimit: 100) { body in
                    Response(
                        .ok, fields: Fields(),
                        forwarding: ForwardedContent(length: nil) { writer in
                            while let bytes = try await body.next() { try await writer.write(bytes) }
                        })
                }
            }
            connection.send(post("/", "Content-Length: 4", "ab"))
            await settle(reactor)
            #expect(connection.take().hasSuffix("\r\n\r\n2\r\nab\r\n"))
            connection.send("cd" + get("/"))
            await settle(reactor)
            #expect(connection.take().hasPrefix("2\r\ncd\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("interim responses come before the final one, and not to HTTP/1.0 clients")
    func interim() async throws {
        try await onReactor { reactor in
            func respond(_ request: Request) -> Answer {
                .later(bodyLimit: 0) { body in
                    body.inform(Status(103), Fields([(.location, "/a")]))
                    body.inform(Status(101), Fields())
                    body.inform(Status(200), Fields())
                    return Response(.ok)
                }
            }
            let connection = try ScriptedConnection(on: reactor, respond)
            connection.send(get("/"))
            await settle(reactor)
            #expect(connection.take() == "HTTP/1.1 103 Early Hints\r\nLocation: /a\r\n\r\n" + answer("200 OK", ""))
            let old = try ScriptedConnection(on: reactor, respond)
            old.send("GET / HTTP/1.0\r\n\r\n")
            await settle(reactor)
            #expect(old.take() == answer("200 OK", "", closes: true))
        }
    }

    @Test("a response that states its date gets no other")
    func date() async throws {
        let connection = try ScriptedConnection { _ in
            var response = Response(.ok, fields: Fields([(.date, "Sun, 06 Nov 1994 08:49:37 GMT")]))
            response.statesDate = true
            return .now(response)
        }
        connection.send(get("/"))
        #expect(String(decoding: connection.machine.output, as: UTF8.self).ranges(of: "Date:").count == 1)
    }

    private static func echo(_ request: Request) -> Answer {
        .later(bodyLimit: 0) { _ in
            Response(switchingProtocols: Fields([(.upgrade, "x")])) { end in
                do {
                    while let bytes = try await end.read() {
                        if bytes == Array("break".utf8) { return false }
                        try await end.write(bytes)
                    }
                    end.endWriting()
                    return true
                } catch {
                    return false
                }
            }
        }
    }

    @Test("after a 101 the connection carries octets, also those that came with the request")
    func tunnel() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, ForwardedContentTests.echo)
            connection.send(get("/") + get("/evil"))
            await settle(reactor)
            #expect(connection.take() == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + get("/evil"))
            connection.pass(.seconds(3600))
            connection.send("later")
            await settle(reactor)
            #expect(connection.take() == "later")
            #expect(connection.machine.deadline == nil && connection.machine.isServed)
            connection.machine.receivedEnd()
            await settle(reactor)
            #expect(connection.machine.phase == .closing)
            #expect(connection.handler.exchanges.map { $0.hasPrefix("101 ") } == [true])
        }
    }

    @Test("a tunnel that is broken off closes at once, and a lost client ends its work")
    func brokenTunnel() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, ForwardedContentTests.echo)
            connection.send(get("/"))
            await settle(reactor)
            connection.send("break")
            await settle(reactor)
            #expect(connection.machine.phase == .closed)
            let lost = try ScriptedConnection(on: reactor, ForwardedContentTests.echo)
            lost.send(get("/"))
            await settle(reactor)
            lost.machine.disconnected()
            await settle(reactor)
            #expect(lost.handler.exchanges == ["499 0 cut"])
        }
    }

    @Test("a tunnel reads no more than it can pass on")
    func tunnelBackpressure() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, ForwardedContentTests.echo)
            connection.send(get("/"))
            await settle(reactor)
            for _ in 0..<2 {
                #expect(connection.machine.interest.contains(.read))
                connection.send(String(repeating: "a", count: 64 << 10))
                await settle(reactor)
            }
            #expect(!connection.machine.interest.contains(.read))
            #expect(connection.machine.heldBytes < 2 * (64 << 10) + 200)
            _ = connection.take()
            await settle(reactor)
            #expect(connection.machine.interest.contains(.read))
        }
    }
}
