import Testing

@testable import Upstreams

private let small = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite("Responses that are passed on", .timeLimit(.minutes(1)))
struct AnsweringTests {
    /// Returns what a client gets, to the end of the connection, when an upstream answers with these octets and closes.
    private func answer(_ text: String, to request: String = get("/", "Connection: close\r\n")) async throws -> String {
        try await onThread {
            let upstream = try ScriptedUpstream(answering: text)
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(request)
            return client.read().undated
        }
    }

    @Test("fields are passed on, without those of the connection, of identity, and cookies of the gateway")
    func fields() async throws {
        let text = try await answer(
            """
            HTTP/1.1 299 Whatever\r
            Content-Type: text/plain\r
            Content-Length: 2\r
            Connection: X-Hop, keep-alive\r
            Keep-Alive: timeout=5\r
            X-Hop: 1\r
            Proxy-Authenticate: Basic\r
            Trailer: A\r
            Upgrade: h2c\r
            Set-Cookie: a=b; Path=/\r
            Set-Cookie: __Host-gatehouse=evil; Path=/; Secure\r
            Set-Cookie: =gatehouse-app=evil\r
            X-Gatehouse-Assertion: leaked\r
            X_Forwarded_User: leaked\r
            X-Request-Id: other\r
            Content-Security-Policy: default-src 'none'\r
            Server: app\r
            \r
            ok
            """)
        #expect(
            text == """
                HTTP/1.1 299 Status\r
                Content-Type: text/plain\r
                Set-Cookie: a=b; Path=/\r
                Content-Security-Policy: default-src 'none'\r
                Server: app\r
                X-Request-Id: id-1\r
                Content-Length: 2\r
                Connection: close\r
                \r
                ok
                """)
    }

    @Test("the upstream's date is kept")
    func date() async throws {
        let text = try await onThread {
            let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            let upstream = try ScriptedUpstream(answering: "HTTP/1.1 200 OK\r\n\(date)Content-Length: 0\r\n\r\n")
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(get("/", "Connection: close\r\n"))
            return client.read()
        }
        #expect(text.ranges(of: "Date: ").count == 1 && text.contains("Date: Sun, 06 Nov 1994"))
    }

    @Test("HEAD, 204 and 304 have no content, and HEAD and 304 keep the stated length")
    func withoutContent() async throws {
        let head = "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        #expect(
            try await answer("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", to: head)
                == "HTTP/1.1 200 OK\r\nX-Request-Id: id-1\r\nContent-Length: 99\r\nConnection: close\r\n\r\n")
        #expect(
            try await answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", to: head)
                == "HTTP/1.1 200 OK\r\nX-Request-Id: id-1\r\nConnection: close\r\n\r\n")
        #expect(
            try await answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\nETag: \"a\"\r\n\r\n")
                == "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nX-Request-Id: id-1\r\nContent-Length: 99\r\nConnection: close\r\n\r\n"
        )
        #expect(
            try await answer("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
                == "HTTP/1.1 204 No Content\r\nX-Request-Id: id-1\r\nConnection: close\r\n\r\n")
    }

    @Test("content until the end of the connection is passed on in chunks, and to HTTP/1.0 until the end")
    func untilClose() async throws {
        let text = try await answer("HTTP/1.1 200 OK\r\n\r\nabc")
        #expect(text.hasSuffix("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
        let old = try await answer("HTTP/1.1 200 OK\r\n\r\nabc", to: "GET / HTTP/1.0\r\nHost: h\r\n\r\n")
        #expect(old.hasSuffix("Connection: close\r\n\r\nabc") && !old.contains("chunked"))
    }

    @Test(
        "a response that two parsers could read differently is a 502",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
            String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 17) + small,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 50_000) + "\r\n\r\n", "nonsense", "HTTP/1.1 200",
        ])
    func bad(_ text: String) async throws {
        let answer = try await answer(text)
        #expect(answer.contains("HTTP/1.1 502 Bad Gateway\r\n") && answer.hasSuffix("bad_answer"))
    }

    @Test("a response that ends too early never looks complete")
    func cut() async throws {
        let known = try await answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")
        #expect(known.hasSuffix("Content-Length: 5\r\nConnection: close\r\n\r\nabc"))
        let chunked = try await answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        #expect(chunked.hasSuffix("3\r\nabc\r\n") && !chunked.contains("0\r\n\r\n"))
        let bad = try await answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX")
        #expect(!bad.contains("0\r\n\r\n"))
    }

    @Test("a reset of the upstream is passed on to an HTTP/1.0 client as a reset, not as the end")
    func resetToOldClient() async throws {
        let isReset = try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
                _ = peer.read(until: "go")
                peer.reset()
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send("POST / HTTP/1.0\r\nHost: h\r\nContent-Length: 2\r\n\r\n")
            _ = client.read(until: "abc")
            client.send("go")
            _ = client.isAtEnd()
            return client.wasReset
        }
        #expect(isReset)
    }

    @Test("interim responses are passed on to HTTP/1.1 clients, without cookies")
    func interim() async throws {
        let hint =
            "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nSet-Cookie: a=b\r\nX-Gatehouse-Role: x\r\n\r\n"
        let text = try await answer(hint + hint + small)
        let passed = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
        #expect(text.hasPrefix(passed + passed + "HTTP/1.1 200 OK\r\n"))
        let old = try await answer(hint + small, to: "GET / HTTP/1.0\r\nHost: h\r\n\r\n")
        #expect(old.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test("each event of a stream is passed on at once")
    func events() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\n")
                for number in 0..<20 {
                    peer.send("data: \(number)\n\n")
                    #expect(peer.read(until: "next\r\n") == "next\r\n")
                }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(post("/", "Content-Length: 120\r\n"))
            for number in 0..<20 {
                #expect(client.read(until: "data: \(number)\n\n").contains("data: \(number)"))
                client.send("next\r\n")
            }
            #expect(client.read(until: "0\r\n\r\n").hasSuffix("0\r\n\r\n"))
        }
    }

    @Test("an event stream ends when it is not permitted any more")
    func revokedStream() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
                _ = peer.read()
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(get())
            _ = client.read(until: "data: 1\n\n")
            gateway.revoke()
            #expect(!client.read().contains("0\r\n\r\n"))
        }
    }

    @Test("an unsolicited response on an idle connection is never read as the answer to the next request")
    func unsolicited() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, number in
                _ = peer.read(until: "\r\n\r\n")
                if number == 0 {
                    peer.send(small)
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
                    _ = peer.read()
                } else {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
                }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(get())
            _ = client.read(until: "ok")
            client.send(post("/", "Content-Length: 1\r\n", "x"))
            #expect(client.read(until: "good").hasSuffix("good"))
            #expect(upstream.connections == 2)
        }
    }

    @Test("a connection that one user has authenticated serves no other request")
    func boundConnection() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 2\r\n\r\nok")
                _ = peer.read()
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            for _ in 0..<2 {
                client.send(get())
                _ = client.read(until: "ok")
            }
            #expect(upstream.connections == 2)
        }
    }
}
