import HTTPMessage
import Sockets
import Testing

@testable import HTTPServer

@Suite("Connections without sockets")
struct ConnectionMachineTests {
    @Test("a connection serves one request after another")
    func keepAlive() throws {
        let connection = try ScriptedConnection()
        for path in ["/a", "/b"] {
            connection.send(get(path))
            #expect(connection.take() == answer("200 OK", path))
            #expect(connection.machine.interest == .read)
        }
        #expect(connection.handler.exchanges == ["200 2", "200 2"])
    }

    @Test("a response has a Date field")
    func date() throws {
        let connection = try ScriptedConnection()
        connection.send(get("/"))
        let text = String(decoding: connection.machine.output, as: UTF8.self)
        #expect(text.contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
    }

    @Test("pipelined requests are answered in order, for every split of the bytes")
    func pipelining() throws {
        let text = get("/a") + post("/b", "Content-Length: 3", "xyz") + get("/c")
        let expected = ["/a", "/b", "/c"].map { answer("200 OK", $0) }.joined()
        let whole = try ScriptedConnection()
        whole.send(text)
        #expect(whole.take() == expected)
        let bytewise = try ScriptedConnection()
        for character in text.unicodeScalars { bytewise.send(String(character)) }
        #expect(bytewise.take() == expected)
    }

    @Test("HEAD, 204 and 304 have no content")
    func withoutContent() throws {
        let connection = try ScriptedConnection { request in
            .now(Response(Status(Int(request.target.path.dropFirst()) ?? 0), body: Array("content".utf8)))
        }
        connection.send("HEAD /200 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/204") + get("/304") + get("/200"))
        #expect(
            connection.take() == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
                + "HTTP/1.1 304 Not Modified\r\n\r\n" + answer("200 OK", "content"))
        #expect(connection.handler.exchanges == ["200 0", "204 0", "304 0", "200 7"])
    }

    @Test(
        "the response to the last request has Connection: close",
        arguments: ["GET /a HTTP/1.0\r\n\r\n", "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"])
    func closes(text: String) throws {
        let connection = try ScriptedConnection()
        connection.send(text + get("/never"))
        #expect(connection.take() == answer("200 OK", "/a", closes: true))
        #expect(connection.machine.phase == .closing)
        connection.send(get("/never"))
        #expect(connection.take() == "")
    }

    @Test("a malformed request is refused after the pending responses, and later bytes are not read")
    func refusal() throws {
        let connection = try ScriptedConnection()
        connection.send(get("/a") + "GET / HTTP/1.1\r\nHost : h\r\n\r\n" + get("/never"))
        #expect(connection.take() == answer("200 OK", "/a") + answer("400 Bad Request", "", closes: true))
        #expect(connection.machine.phase == .closing)
        #expect(connection.handler.exchanges == ["200 2", "400 0"])
    }

    @Test("a request for a host that the connection does not serve is misdirected")
    func misdirected() throws {
        let connection = try ScriptedConnection()
        connection.machine.servesHost = { $0.utf8.elementsEqual("own.example".utf8) }
        for (host, isServed) in [
            ("own.example", true), ("OWN.example:8443", true), ("other.example", false), ("own.example.", false),
        ] {
            connection.send("GET /a HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(connection.take() == answer("200 OK", isServed ? "/a" : "misdirected"), "\(host)")
        }
    }

    @Test("a small body that the handler does not read is dropped")
    func unwanted() throws {
        let connection = try ScriptedConnection()
        connection.send(post("/a", "Content-Length: 4", "ab"))
        #expect(connection.take() == answer("200 OK", "/a"))
        connection.send("cd" + post("/b", "Content-Length: 2", "ef") + get("/c"))
        #expect(connection.take() == answer("200 OK", "/b") + answer("200 OK", "/c"))
    }

    @Test(
        "an unread body closes the connection if it is large or may never be sent",
        arguments: ["Content-Length: 65537", "Transfer-Encoding: chunked", "Content-Length: 1\r\nExpect: 100-continue"])
    func large(fields: String) throws {
        let connection = try ScriptedConnection()
        connection.send(post("/a", fields))
        #expect(connection.take() == answer("200 OK", "/a", closes: true))
        #expect(connection.machine.phase == .closing)
    }

    @Test("a turn serves a limited number of requests, and the next turn continues")
    func bounded() throws {
        let connection = try ScriptedConnection()
        connection.send((0..<20).map { get("/\($0)") }.joined())
        #expect(connection.handler.exchanges.count == 16)
        #expect(connection.machine.hasMoreToDo)
        #expect(connection.machine.interest == .write)
        connection.turn()
        #expect(connection.take() == (0..<20).map { answer("200 OK", "/\($0)") }.joined())
        #expect(!connection.machine.hasMoreToDo)
        #expect(connection.machine.interest == .read)
    }

    @Test("requests behind large responses are answered once those are sent")
    func heldBackByOutput() throws {
        var limits = ServerLimits()
        limits.pendingOutput = 100
        let connection = try ScriptedConnection(limits: limits) { _ in
            .now(Response(.ok, body: Array(repeating: 0x61, count: 80)))
        }
        connection.send(get("/") + get("/") + get("/"))
        connection.machine.receivedEnd()
        #expect(connection.handler.exchanges.count == 1)
        #expect(!connection.machine.hasMoreToDo)
        #expect(connection.machine.interest == .write)
        _ = connection.take()
        #expect(connection.machine.hasMoreToDo)
        connection.turn()
        _ = connection.take()
        connection.turn()
        #expect(connection.handler.exchanges.count == 3)
        #expect(connection.machine.phase == .closing)
    }

    @Test("a client that ends its input gets the responses to its complete requests")
    func end() throws {
        let idle = try ScriptedConnection()
        idle.machine.receivedEnd()
        #expect(idle.machine.phase == .closed)
        let half = try ScriptedConnection()
        half.send("GET / HT")
        half.machine.receivedEnd()
        #expect(half.machine.phase == .closed)
        let asked = try ScriptedConnection()
        asked.send(get("/a"))
        asked.machine.receivedEnd()
        #expect(asked.machine.phase == .closing)
        #expect(asked.take() == answer("200 OK", "/a"))
    }

    @Test("draining closes idle connections at once, and others after their responses")
    func drain() throws {
        let idle = try ScriptedConnection()
        idle.send(get("/a"))
        _ = idle.take()
        idle.machine.drain()
        #expect(idle.machine.phase == .closing)
        let reading = try ScriptedConnection()
        reading.send("GET /a HTTP/1.1\r\n")
        reading.machine.drain()
        #expect(reading.machine.phase == .head)
        reading.send("Host: h\r\n\r\n")
        #expect(reading.take() == answer("200 OK", "/a", closes: true))
        #expect(reading.machine.phase == .closing)
    }

    @Test("draining leaves a new connection two seconds for its request")
    func drainNew() throws {
        let silent = try ScriptedConnection()
        silent.machine.drain()
        silent.pass(.milliseconds(1999))
        #expect(silent.machine.phase == .head)
        silent.pass(.milliseconds(1))
        #expect(silent.machine.phase == .closed)
        let late = try ScriptedConnection()
        late.machine.drain()
        late.pass(.seconds(1))
        late.send(get("/a"))
        #expect(late.take() == answer("200 OK", "/a", closes: true))
        #expect(late.machine.phase == .closing)
    }

    @Test("draining closes a connection after its last response has been sent")
    func drainWhileSending() throws {
        let connection = try ScriptedConnection()
        connection.send(get("/a"))
        connection.machine.drain()
        #expect(connection.machine.phase == .closing)
        #expect(connection.take() == answer("200 OK", "/a"))
    }
}
