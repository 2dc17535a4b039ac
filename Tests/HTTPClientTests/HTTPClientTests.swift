import Addresses
import HTTPMessage
import Sockets
import TestCertificates
import Testing

@testable import HTTPClient

@Suite("HTTP client")
struct HTTPClientTests {
    let client: HTTPClient

    init() throws { client = try HTTPClient() }

    static let loopback = OutboundPolicy(hosts: ["127.0.0.1"], allowsLoopbackHTTP: true)

    private func get(
        _ url: String, _ method: HTTPMessage.Method = .get, policy: OutboundPolicy = loopback, body: String = "",
        limits: OutboundLimits = OutboundLimits()
    ) async throws -> OutboundResponse {
        var request = OutboundRequest(method, try #require(AbsoluteURL(url)), body: Array(body.utf8), policy: policy)
        request.limits = limits
        return try await client.send(request)
    }

    /// Returns the kind of the failure, or nil.
    private func fault(
        _ url: String, policy: OutboundPolicy = loopback, limits: OutboundLimits = OutboundLimits()
    ) async throws -> OutboundError.Kind? {
        do {
            _ = try await get(url, policy: policy, limits: limits)
            return nil
        } catch let fault as OutboundError {
            return fault.kind
        }
    }

    private func text(_ response: OutboundResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test("requests and responses of every framing are exchanged on one connection")
    func plain() async throws {
        let server = try TestServer()
        let base = "http://127.0.0.1:\(server.port)"
        #expect(text(try await get("\(base)/a?b=c")) == "GET /a 127.0.0.1:\(server.port) ")
        #expect(text(try await get("\(base)/a", .post, body: "x=y")) == "POST /a 127.0.0.1:\(server.port) x=y")
        #expect(try await get("\(base)/large").body.count == 300_000)
        #expect(try await get("\(base)/stream").body.count == 250_000)
        #expect(try await get("\(base)/a", .head).body.isEmpty)
        let redirect = try await get("\(base)/redirect")
        #expect(redirect.status.code == 303 && redirect.fields.value(.location) == "https://elsewhere.example/")
        #expect(server.connections.count == 6)
    }

    @Test("certificates are verified: authority, name, time")
    func tls() async throws {
        let (authority, other) = (try TestAuthority(), try TestAuthority())
        func server(_ files: (certificate: String, key: String)) throws -> TestServer {
            try TestServer(tls: TLSServerContext(certificateFile: files.certificate, privateKeyFile: files.key))
        }
        func policy(_ authority: TestAuthority?, _ host: String = "127.0.0.1") -> OutboundPolicy {
            OutboundPolicy(hosts: [host], authoritiesFile: authority?.file)
        }
        let good = try server(authority.issue("IP:127.0.0.1", "DNS:localhost"))
        let url = "https://127.0.0.1:\(good.port)"
        for _ in 0..<3 { #expect(text(try await get("\(url)/a", policy: policy(authority))).hasPrefix("GET /a")) }
        #expect(try await get("\(url)/large", policy: policy(authority)).body.count == 300_000)
        #expect(try await get("\(url)/stream", policy: policy(authority)).body.count == 250_000)
        let local = try await get("https://localhost:\(good.port)/", policy: policy(authority, "localhost"))
        #expect(local.status == .ok)
        #expect(try await fault(url, policy: policy(other)) == .insecure)
        #expect(try await fault(url, policy: policy(nil)) == .insecure)

        let wrongName = try server(authority.issue("DNS:elsewhere.example"))
        #expect(try await fault("https://127.0.0.1:\(wrongName.port)", policy: policy(authority)) == .insecure)
        let expired = try server(authority.issue("IP:127.0.0.1", days: -1))
        #expect(try await fault("https://127.0.0.1:\(expired.port)", policy: policy(authority)) == .insecure)
        let plain = try TestServer()
        #expect(try await fault("https://127.0.0.1:\(plain.port)", policy: policy(authority)) == .insecure)
    }

    @Test("a private key that does not belong to the certificate is refused at start")
    func wrongKey() throws {
        let authority = try TestAuthority()
        let (one, two) = (try authority.issue("DNS:a"), try authority.issue("DNS:b"))
        #expect(throws: TLSError.self) {
            try TLSServerContext(certificateFile: one.certificate, privateKeyFile: two.key)
        }
        #expect(throws: TLSError.self) { try TLSServerContext(certificateFile: one.key, privateKeyFile: one.key) }
        #expect(throws: TLSError.self) { try TLSClientContext(authoritiesFile: "/nowhere") }
    }

    @Test("only servers that the policy permits are reached")
    func policy() async throws {
        let strict = OutboundPolicy(hosts: ["idp.example"])
        #expect(try await fault("http://127.0.0.1:9/", policy: strict) == .notAllowed)
        #expect(try await fault("https://127.0.0.1:9/", policy: strict) == .notAllowed)
        #expect(try await fault("https://localhost:9/", policy: strict) == .notAllowed)
        #expect(try await fault("https://[::1]:9/", policy: strict) == .notAllowed)
        #expect(try await fault("https://10.1.2.3/", policy: strict) == .notAllowed)
        #expect(try await fault("https://169.254.169.254/", policy: strict) == .notAllowed)
        #expect(try await fault("http://192.0.2.1/", policy: HTTPClientTests.loopback) == .notAllowed)
        #expect(try await fault("ftp://127.0.0.1/", policy: HTTPClientTests.loopback) == .notAllowed)
        #expect(try await fault("https://no-such-name.invalid/", policy: strict) == .notResolved)
        // The configured host may have any address; no server listens on that port.
        let configured = OutboundPolicy(hosts: ["LOCALHOST"])
        #expect(try await fault("https://localhost:9/", policy: configured) == .notConnected)
    }

    @Test("private addresses are reached only in the configured ranges")
    func ranges() throws {
        let policy = OutboundPolicy(hosts: ["a.example"], ranges: [try #require(AddressRange("10.20.0.0/16"))])
        func permits(_ address: String, _ url: String) throws -> Bool {
            policy.permits(try #require(IPAddress(address)), of: try #require(AbsoluteURL(url)))
        }
        #expect(try permits("10.20.1.1", "https://b.example/") && permits("10.99.0.1", "https://A.example/"))
        #expect(try !permits("10.21.1.1", "https://b.example/") && !permits("127.0.0.1", "https://b.example/"))
        #expect(try permits("8.8.8.8", "https://b.example/") && !permits("10.20.1.1", "http://b.example/"))
    }

    @Test("requests exclude content codings, and a response with one is reported")
    func codings() async throws {
        let server = try TestServer()
        #expect(text(try await get("http://127.0.0.1:\(server.port)/coding")) == "identity")
        for (value, coding) in [("gzip", "\"gzip\""), ("Identity", nil), ("identity, x-gzip", "\"identity, x-gzip\"")] {
            let response = OutboundResponse(.ok, fields: Fields([(.contentEncoding, value)]))
            #expect(response.coding == coding)
        }
        #expect(OutboundResponse(.ok).coding == nil)
    }

    @Test(
        "reserved addresses are not public",
        arguments: [
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.1.2.3", "169.254.1.1", "172.16.0.1",
            "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
            "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
            "2001::1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
            "100::1",
        ])
    func notPublic(_ text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic == false)
    }

    @Test(
        "other addresses are public",
        arguments: ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1", "64:ff9b::808:808"])
    func isPublic(_ text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test(
        "malformed responses are refused",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", OutboundError.Kind.cutShort),
            ("HTTP/1.1 200 OK\r\nContent-Len", .cutShort), ("", .cutShort),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", .cutShort),
            ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", .malformed), ("SSH-2.0-OpenSSH\r\n\r\n", .malformed),
            ("HTTP/2 200 OK\r\n\r\n", .malformed), ("HTTP/1.1 20x OK\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\n X: folded\r\n\r\n", .malformed), ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", .malformed),
            ("HTTP/1.1 101 Switching\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", .tooLarge),
            ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 66_000))\r\n\r\n", .tooLarge),
        ])
    func broken(answer: String, kind: OutboundError.Kind) async throws {
        let server = try ScriptedServer([answer])
        #expect(try await fault("http://127.0.0.1:\(server.port)/") == kind)
    }

    @Test("unusual but valid responses are accepted")
    func odd() async throws {
        let server = try ScriptedServer([
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\n\r\nuntil the end", "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokEXTRA",
        ])
        let url = "http://127.0.0.1:\(server.port)/"
        #expect(text(try await get(url)) == "ok")
        #expect(text(try await get(url)) == "until the end")
        #expect(try await get(url).status.code == 204)
        #expect(text(try await get(url)) == "ok")
    }

    @Test("an idle connection that the server closed is replaced, and the request is repeated")
    func stale() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        let server = try ScriptedServer([answer, answer, answer])
        for _ in 0..<3 { #expect(text(try await get("http://127.0.0.1:\(server.port)/")) == "ok") }
    }

    @Test("a request that takes too long times out")
    func slow() async throws {
        var limits = OutboundLimits()
        limits.head = .milliseconds(50)
        let server = try TestServer()
        #expect(try await fault("http://127.0.0.1:\(server.port)/never", limits: limits) == .timedOut)
        var whole = OutboundLimits()
        whole.whole = .milliseconds(50)
        #expect(try await fault("http://127.0.0.1:\(server.port)/never", limits: whole) == .timedOut)
        let dripping = try ScriptedServer(["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"], keepsOpen: true)
        #expect(try await fault("http://127.0.0.1:\(dripping.port)/", limits: limits) == .timedOut)
    }

    @Test("a size limit holds for every framing")
    func limit() async throws {
        var limits = OutboundLimits()
        limits.body = 1000
        let server = try TestServer()
        for path in ["large", "stream"] {
            #expect(try await fault("http://127.0.0.1:\(server.port)/\(path)", limits: limits) == .tooLarge)
        }
        let endless = try ScriptedServer(["HTTP/1.0 200 OK\r\n\r\n" + String(repeating: "x", count: 2000)])
        #expect(try await fault("http://127.0.0.1:\(endless.port)/", limits: limits) == .tooLarge)
    }

    @Test("proxies are taken from the environment, with their exceptions")
    func proxies() throws {
        let settings = ProxySettings(environment: [
            "HTTPS_PROXY": "http://user:p%40ss@proxy.example:8888",
            "no_proxy": "internal.example,.corp.example, 10.0.0.0/8,other.example:8443",
        ])
        func proxy(_ url: String) throws -> ProxySettings.Proxy? {
            settings.proxy(for: try #require(AbsoluteURL(url)))
        }
        let proxy = try #require(try proxy("https://idp.example"))
        #expect(proxy.address == SocketAddress(host: "proxy.example", port: 8888))
        #expect(proxy.credential == "Basic dXNlcjpwQHNz")
        for direct in [
            "https://internal.example", "https://a.internal.example", "https://x.corp.example", "https://10.1.2.3",
            "https://other.example:8443", "http://127.0.0.1",
        ] { #expect(try self.proxies(settings, direct) == nil, "\(direct)") }
        #expect(try self.proxies(settings, "https://other.example") != nil)
        #expect(try self.proxies(settings, "https://xinternal.example") != nil)
        #expect(ProxySettings(environment: ["HTTPS_PROXY": "socks5://x"]).fault != nil)
        let all = ProxySettings(environment: ["https_proxy": "proxy.example", "NO_PROXY": "*"])
        #expect(try self.proxies(all, "https://idp.example") == nil)
    }

    private func proxies(_ settings: ProxySettings, _ url: String) throws -> ProxySettings.Proxy? {
        settings.proxy(for: try #require(AbsoluteURL(url)))
    }

    @Test("TLS through a proxy's tunnel ends at the server, not at the proxy")
    func tunnel() async throws {
        let authority = try TestAuthority()
        let files = try authority.issue("IP:127.0.0.1")
        let server = try TestServer(
            tls: TLSServerContext(certificateFile: files.certificate, privateKeyFile: files.key))
        let proxy = try TunnelProxy(to: server.port)
        let client = try HTTPClient(
            proxies: ProxySettings(environment: ["HTTPS_PROXY": "http://me:word@127.0.0.1:\(proxy.port)"]))
        let policy = OutboundPolicy(hosts: ["127.0.0.1"], authoritiesFile: authority.file)
        let url = try #require(AbsoluteURL("https://127.0.0.1:\(server.port)/secret?code=1"))
        let answer = try await client.send(OutboundRequest(.get, url, policy: policy))
        #expect(text(answer).hasPrefix("GET /secret"))
        #expect(proxy.requests.count == 1)
        let asked = try #require(proxy.requests.first)
        #expect(asked.hasPrefix("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n"))
        #expect(asked.contains("Proxy-Authorization: Basic bWU6d29yZA==\r\n") && !asked.contains("secret"))
        // A literal address that the policy forbids is not requested from the proxy.
        let strict = OutboundPolicy(hosts: ["idp.example"], authoritiesFile: authority.file)
        await #expect(throws: OutboundError.self) {
            try await client.send(OutboundRequest(.get, url, policy: strict))
        }
        #expect(proxy.requests.count == 1)
    }

    @Test("a proxy's refusal is reported")
    func refusingProxy() async throws {
        let proxy = try ScriptedServer(["HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nfoo!"])
        let client = try HTTPClient(
            proxies: ProxySettings(environment: ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"]))
        let request = OutboundRequest(
            .get, try #require(AbsoluteURL("https://idp.example/")), policy: OutboundPolicy(hosts: ["x"]))
        await #expect(throws: OutboundError(.notConnected, "idp.example: the proxy refused with 407")) {
            try await client.send(request)
        }
    }

    @Test("heads are read equally for every split of the bytes")
    func splits() throws {
        let bytes = Array(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 3\r\n\r\nabc".utf8)
        for split in 0...bytes.count {
            var parser = ResponseParser()
            var head = try parser.parse(bytes.span.extracting(0..<split))
            if head == nil { head = try parser.parse(bytes.span) }
            #expect(head?.status.code == 302 && head?.framing == .length(3) && parser.consumed == bytes.count - 3)
        }
    }
}
