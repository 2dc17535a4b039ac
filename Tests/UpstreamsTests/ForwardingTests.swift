import HTTPMessage
import Testing

@testable import Upstreams

private let small = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite("Requests that are passed on", .timeLimit(.minutes(1)))
struct ForwardingTests {
    /// Returns what an upstream gets for a request.
    private func received(_ request: String, options: UpstreamTarget.Options = .quick) async throws -> String {
        try await onThread {
            let (seen, seeing) = AsyncStream<String>.makeStream()
            let upstream = try ScriptedUpstream { peer, _ in
                let head = peer.read(until: "\r\n\r\n")
                seeing.yield(head)
                seeing.finish()
                peer.send(small)
            }
            let gateway = try LiveGateway(to: upstream, options: options)
            let client = RawPeer(port: gateway.port)
            client.send(request)
            let text = client.read(until: "ok")
            #expect(text.contains("\r\nX-Request-Id: id-1\r\n") && text.hasSuffix("\r\n\r\nok"))
            return seen
        }.reduce("") { $0 + $1 }
    }

    @Test("an upstream gets the client's fields, without those of the connection, and the gateway's")
    func fields() async throws {
        let text = try await received(
            get(
                "/a%2fb;c?d=%zz[]",
                """
                Accept: text/html\r
                Connection: close, X-Secret\r
                Keep-Alive: timeout=5\r
                Proxy-Authorization: Basic YTpi\r
                TE: trailers\r
                Trailer: X\r
                X-Secret: 1\r
                Authorization: Bearer x\r
                Cookie: a=b; __Host-gatehouse=secret\r
                Cookie: gatehouse-app=secret\r
                X-Tenant: \u{e9}\r

                """))
        #expect(
            text == """
                GET /a%2fb;c?d=%zz[] HTTP/1.1\r
                Host: h\r
                Accept: text/html\r
                Cookie: a=b\r
                X-Tenant: \u{e9}\r
                Via: 1.1 gatehouse\r
                X-Forwarded-User: ada\r
                X-Request-Id: id-1\r
                \r

                """)
    }

    @Test("no spelling of a field of the gateway gets through, also if Connection names it")
    func identity() async throws {
        let names = [
            "X-Forwarded-User", "x_forwarded_user", "X_FORWARDED-EMAIL", "X-Gatehouse-Assertion", "X_Gatehouse_Role",
            "X-Original-URL", "Forwarded", "X-Real-IP", "X-Rewrite-URL", "Remote-User", "X-HTTP-Method-Override",
            "X_Request_Id",
        ]
        let fields = names.map { "\($0): evil\r\n" }.joined()
        let text = try await received(get("/", fields + "Connection: \(names.joined(separator: ", ")), Via, Host\r\n"))
        #expect(!text.contains("evil"))
        #expect(text.contains("X-Forwarded-User: ada\r\n") && text.contains("X-Request-Id: id-1\r\n"))
        #expect(text.contains("\r\nHost: h\r\n"))
    }

    @Test("Authorization is passed on, and the upstream's own authority stated, if the options say so")
    func options() async throws {
        let text = try await received(
            get("/", "Authorization: Bearer x\r\nVia: 1.0 edge\r\n"),
            options: .with {
                $0.passesAuthorization = true
                $0.preservesHost = false
                if let name = FieldName("X-Tenant") { $0.requestFields = Fields([(name, "acme")]) }
            })
        #expect(text.contains("Authorization: Bearer x\r\n") && text.contains("X-Tenant: acme\r\n"))
        #expect(text.contains("Host: 127.0.0.1:") && !text.contains("Host: h\r\n"))
        #expect(text.contains("Via: 1.0 edge, 1.1 gatehouse\r\n"))
    }

    @Test("a field that the options add is not the client's, in any spelling or if Connection names it")
    func ownFields() async throws {
        let names = ["X-Tenant", "x-tenant", "X_Tenant", "x_TENANT", "X-TENANT"]
        for connection in ["close", "close, X-Tenant", "X_Tenant, x-tenant"] {
            let text = try await received(
                get("/", names.map { "\($0): evil\r\n" }.joined() + "Connection: \(connection)\r\n"),
                options: .with {
                    if let name = FieldName("X-Tenant") { $0.requestFields = Fields([(name, "acme")]) }
                })
            let fields = text.split(separator: "\r\n").filter {
                $0.lowercased().replacing("_", with: "-").hasPrefix("x-tenant")
            }
            #expect(fields == ["X-Tenant: acme"])
        }
    }

    @Test("a method without a name here is passed on as it is, and an absolute target as its path")
    func methods() async throws {
        #expect(try await received("PROPFIND /x HTTP/1.1\r\nHost: h\r\n\r\n").hasPrefix("PROPFIND /x HTTP/1.1\r\n"))
        #expect(try await received("get /x HTTP/1.1\r\nHost: h\r\n\r\n").hasPrefix("get /x HTTP/1.1\r\n"))
        #expect(
            try await received("GET http://h/x?y HTTP/1.1\r\nHost: h\r\n\r\n").hasPrefix(
                "GET /x?y HTTP/1.1\r\nHost: h\r\n"))
        #expect(
            try await received("GET http://h?y HTTP/1.1\r\nHost: h\r\n\r\n").hasPrefix(
                "GET /?y HTTP/1.1\r\nHost: h\r\n"))
        #expect(try await received(post("/", "Content-Length: 0\r\n")).contains("\r\nContent-Length: 0\r\n"))
    }

    @Test("TRACE, which would return the gateway's fields, is not passed on, and neither is a request in a loop")
    func refused() async throws {
        let text = try await onThread {
            let upstream = try ScriptedUpstream(answering: small)
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n")
            let trace = client.read(until: "method_not_forwarded")
            client.send(
                get("/", "Via: " + Array(repeating: "1.1 gatehouse", count: 8).joined(separator: ", ") + "\r\n"))
            let loop = client.read(until: "bad_answer")
            #expect(upstream.connections == 0)
            return trace + loop
        }
        #expect(text.contains("405 Method Not Allowed") && text.contains("502 Bad Gateway"))
    }

    @Test("an upgrade to anything but WebSocket is not asked for")
    func upgrades() async throws {
        for fields in [
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n",
            "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", "Upgrade: websocket\r\n",
            "Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n",
        ] {
            let text = try await received(get("/", fields))
            #expect(!text.contains("Upgrade") && !text.contains("h2c") && !text.contains("HTTP2"))
        }
    }

    @Test("content is passed on with its length or in chunks of its own, without trailers")
    func content() async throws {
        let texts = try await onThread {
            let (first, second) = ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n")
            let upstream = try ScriptedUpstream { peer, _ in
                for end in ["hello", "0\r\n\r\n"] {
                    let text = peer.read(until: end)
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
                }
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(post("/", first, "hello"))
            let one = client.read(until: "hello")
            client.send(post("/", second, "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n"))
            let two = client.read(until: "0\r\n\r\n")
            #expect(upstream.connections == 1)
            return [one, two]
        }
        #expect(texts[0].hasSuffix("Content-Length: 5\r\n\r\nhello"))
        #expect(texts[1].contains("Transfer-Encoding: chunked\r\n\r\n") && !texts[1].contains("X-Trailer"))
        #expect(texts[1].hasSuffix("0\r\n\r\n") && !texts[1].contains(";x"))
    }

    @Test("the client is asked to continue when the upstream asks the gateway")
    func expectation() async throws {
        let text = try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                let head = peer.read(until: "\r\n\r\n")
                #expect(head.contains("Expect: 100-continue\r\n"))
                peer.send("HTTP/1.1 100 Continue\r\n\r\n")
                _ = peer.read(until: "hello")
                peer.send(small)
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(post("/", "Content-Length: 5\r\nExpect: 100-continue\r\n"))
            let first = client.read(until: "\r\n\r\n")
            client.send("hello")
            return first + client.read(until: "ok")
        }
        #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }

    @Test("a client that expects to be asked is not, if the upstream refuses at once")
    func refusedExpectation() async throws {
        let text = try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
                _ = peer.read()
            }
            let gateway = try LiveGateway(to: upstream)
            let client = RawPeer(port: gateway.port)
            client.send(post("/", "Content-Length: 5\r\nExpect: 100-continue\r\n"))
            return client.read()
        }
        #expect(text.hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
        #expect(text.hasSuffix("Connection: close\r\n\r\nno"))
    }

    @Test("a body over its limit is refused before anything is sent if its length is stated, otherwise cut")
    func bodyLimit() async throws {
        try await onThread {
            let upstream = try ScriptedUpstream { peer, _ in
                _ = peer.read(until: "\r\n\r\n")
                let rest = peer.read()
                #expect(!rest.hasSuffix("0\r\n\r\n"))
            }
            let gateway = try LiveGateway(to: upstream, options: .with { $0.bodyLimit = 1000 })
            let client = RawPeer(port: gateway.port)
            client.send(post("/", "Content-Length: 1001\r\n"))
            #expect(client.read().hasPrefix("HTTP/1.1 413 "))
            #expect(upstream.connections == 0)
            let other = RawPeer(port: gateway.port)
            let chunk = "1f4\r\n" + String(repeating: "a", count: 500) + "\r\n"
            other.send(post("/", "Transfer-Encoding: chunked\r\n", chunk + chunk + chunk))
            #expect(other.read().hasPrefix("HTTP/1.1 413 "))
            #expect(gateway.observed.all == ["body_too_large"])
        }
    }
}
