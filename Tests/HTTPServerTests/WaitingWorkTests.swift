import HTTPMessage
import Sockets
import Testing

@testable import HTTPServer

private func collecting(_ limit: Int) -> (Request) -> Answer {
    { _ in
        .later(bodyLimit: limit) { body in
            do {
                return Response(.ok, body: try await body.collect())
            } catch BodyError.fault(let fault) {
                return Response(fault.status)
            } catch BodyError.tooLarge {
                return Response(.contentTooLarge)
            } catch {
                return Response(.internalServerError)
            }
        }
    }
}

private func streaming(_ parts: [String], fails: Bool = false) -> (Request) -> Answer {
    { _ in
        .now(
            Response(.ok, fields: Fields()) { writer in
                for part in parts { try await writer.write(Array(part.utf8)) }
                if fails { throw BodyError.disconnected }
            })
    }
}

@Suite("Asynchronous handlers")
struct WaitingWorkTests {
    @Test("a chunked body arrives without chunk lines and trailers, and the next request waits for the response")
    func chunked() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, collecting(100))
            connection.send(post("/", "Transfer-Encoding: chunked", "3\r\nabc\r\n"))
            await settle(reactor)
            #expect(connection.take() == "")
            connection.send("2\r\nde\r\n0\r\nT: 1\r\n\r\n" + post("/", "Content-Length: 2", "fg"))
            await settle(reactor)
            #expect(connection.take() == answer("200 OK", "abcde") + answer("200 OK", "fg"))
            #expect(connection.machine.phase == .head)
        }
    }

    @Test("100 Continue is sent once, when the handler reads the body")
    func continues() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, collecting(100))
            connection.send(post("/", "Content-Length: 4\r\nExpect: 100-continue"))
            #expect(connection.take() == "HTTP/1.1 100 Continue\r\n\r\n")
            connection.send("ab")
            await settle(reactor)
            connection.send("cd")
            await settle(reactor)
            #expect(connection.take() == answer("200 OK", "abcd"))
            #expect(connection.handler.exchanges == ["200 4"])
        }
    }

    @Test("100 Continue is not sent if the handler does not read the body, and the connection closes")
    func refusesToContinue() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor) { _ in
                .later(bodyLimit: 100) { _ in Response(Status(403)) }
            }
            connection.send(post("/", "Content-Length: 4\r\nExpect: 100-continue"))
            await settle(reactor)
            #expect(connection.take() == answer("403 Forbidden", "", closes: true))
        }
    }

    @Test("a body over its limit is refused, at once if its length was stated")
    func tooLarge() async throws {
        try await onReactor { reactor in
            let announced = try ScriptedConnection(on: reactor, collecting(4))
            announced.send(post("/", "Content-Length: 5"))
            #expect(announced.take() == answer("413 Content Too Large", "", closes: true))
            let chunked = try ScriptedConnection(on: reactor, collecting(4))
            chunked.send(post("/", "Transfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n"))
            await settle(reactor)
            #expect(chunked.take().hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        }
    }

    @Test("a malformed chunk is reported to the handler, and the connection closes")
    func brokenChunk() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, collecting(100))
            connection.send(post("/", "Transfer-Encoding: chunked", "3\r\nabcd\r\n0\r\n\r\n" + get("/")))
            await settle(reactor)
            #expect(connection.take() == answer("400 Bad Request", "", closes: true))
            #expect(connection.machine.phase == .closing)
        }
    }

    @Test("a disconnect by the client ends the handler's work")
    func disconnected() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, collecting(100))
            connection.send(post("/", "Content-Length: 4", "ab"))
            connection.machine.disconnected()
            await settle(reactor)
            #expect(connection.take() == "")
            #expect(connection.handler.exchanges == ["499 0 cut"])
        }
    }

    @Test("draining lets a handler finish, then closes the connection")
    func drain() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, collecting(100))
            connection.send(post("/", "Content-Length: 4", "ab"))
            connection.machine.drain()
            connection.send("cd" + get("/never"))
            await settle(reactor)
            #expect(connection.take() == answer("200 OK", "abcd", closes: true))
            #expect(connection.machine.phase == .closing)
        }
    }

    @Test("a stream is sent in chunks, and its content is counted once")
    func stream() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, streaming(["abc", "", "defghijklmnop"]))
            connection.send(get("/"))
            await settle(reactor)
            #expect(
                connection.take()
                    == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nd\r\ndefghijklmnop\r\n0\r\n\r\n"
            )
            #expect(connection.handler.exchanges == ["200 16"])
            #expect(connection.machine.phase == .head)
            connection.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(connection.take() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.send("GET / HTTP/1.0\r\n\r\n")
            await settle(reactor)
            #expect(connection.take() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcdefghijklmnop")
            #expect(connection.machine.phase == .closing)
        }
    }

    @Test("a stream waits while the client does not read, and its sent content is counted once")
    func backpressure() async throws {
        try await onReactor { reactor in
            var limits = ServerLimits()
            limits.pendingOutput = 100
            let part = String(repeating: "x", count: 90)
            let connection = try ScriptedConnection(on: reactor, limits: limits, streaming([part, part, part]))
            connection.send(get("/"))
            await settle(reactor)
            #expect(connection.machine.phase == .answering)
            for _ in 0..<3 {
                #expect(connection.machine.pendingOutput < 200)
                _ = connection.take()
                await settle(reactor)
            }
            #expect(connection.handler.exchanges == ["200 270"])
        }
    }

    @Test("a failed stream never looks complete")
    func brokenStream() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, streaming(["abc"], fails: true))
            connection.send(get("/"))
            await settle(reactor)
            #expect(connection.machine.phase == .closed)
            #expect(!String(decoding: connection.machine.output, as: UTF8.self).contains("0\r\n\r\n"))
            #expect(connection.handler.exchanges == ["499 3 cut"])
        }
    }
}
