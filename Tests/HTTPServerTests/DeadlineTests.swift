import HTTPMessage
import Sockets
import Testing

@testable import HTTPServer

@Suite("Deadlines")
struct DeadlineTests {
    @Test("a head that takes longer than ten seconds gets 408, even if bytes keep arriving")
    func head() throws {
        let connection = try ScriptedConnection()
        connection.pass(.seconds(60))
        connection.send("GET / HTTP/1.1\r\n")
        for _ in 0..<9 {
            connection.pass(.seconds(1))
            connection.send("X: y\r\n")
        }
        #expect(connection.take() == "")
        connection.pass(.milliseconds(999))
        #expect(connection.machine.phase == .head)
        connection.pass(.milliseconds(1))
        #expect(connection.take() == answer("408 Request Timeout", "", closes: true))
        #expect(connection.machine.phase == .closing)
    }

    @Test("a connection without a request is closed after 75 seconds, without a response")
    func idle() throws {
        let connection = try ScriptedConnection()
        connection.pass(.seconds(70))
        connection.send(get("/a"))
        #expect(connection.take() == answer("200 OK", "/a"))
        connection.pass(.milliseconds(74_999))
        #expect(connection.machine.phase == .head)
        connection.pass(.milliseconds(1))
        #expect(connection.machine.phase == .closed)
        #expect(connection.take() == "")
    }

    @Test("a client that reads its response slower than 1 KiB/s is disconnected")
    func slowReader() throws {
        let connection = try ScriptedConnection { _ in .now(Response(.ok, body: Array(repeating: 0, count: 1 << 20))) }
        connection.send(get("/a"))
        connection.machine.wrote(30 << 10)
        connection.pass(.seconds(30))
        #expect(connection.machine.phase == .head)
        for _ in 0..<29 {
            connection.pass(.seconds(1))
            connection.machine.wrote(1000)
        }
        #expect(connection.machine.phase == .head)
        connection.pass(.seconds(1))
        #expect(connection.machine.phase == .closed)
    }

    @Test("time without waiting output does not count against the client")
    func outputWindow() throws {
        let connection = try ScriptedConnection()
        connection.pass(.seconds(60))
        connection.send(get("/a"))
        connection.pass(.seconds(29))
        #expect(connection.take() == answer("200 OK", "/a"))
    }

    @Test("a dropped body that stalls closes the connection")
    func dropped() throws {
        let connection = try ScriptedConnection()
        connection.send(post("/a", "Content-Length: 60000", "x"))
        _ = connection.take()
        connection.send(String(repeating: "x", count: 10 << 10))
        connection.pass(.seconds(10))
        #expect(connection.machine.phase == .discarding)
        connection.pass(.seconds(10))
        #expect(connection.machine.phase == .closed)
    }

    private static func collecting(_ request: Request) -> Answer {
        .later(bodyLimit: 1 << 20) { body in
            do {
                return Response(.ok, body: try await body.collect())
            } catch BodyError.fault(let fault) {
                return Response(fault.status)
            } catch {
                return Response(.contentTooLarge)
            }
        }
    }

    @Test("a body slower than 1 KiB/s gets 408")
    func slowBody() async throws {
        try await onReactor { reactor in
            let connection = try ScriptedConnection(on: reactor, DeadlineTests.collecting)
            connection.send(post("/", "Content-Length: 100000"))
            connection.send(String(repeating: "x", count: 10 << 10))
            await settle(reactor)
            connection.pass(.seconds(11))
            await settle(reactor)
            #expect(connection.machine.phase == .answering)
            connection.send(String(repeating: "x", count: (10 << 10) - 1))
            await settle(reactor)
            connection.pass(.seconds(11))
            await settle(reactor)
            #expect(connection.take() == answer("408 Request Timeout", "", closes: true))
            #expect(connection.machine.phase == .closing)
        }
    }
}
