import COpenSSL
import TestCertificates
import Testing

@testable import Sockets

@Suite("Server names of TLS clients")
struct ServerNameTests {
    private struct HandshakeError: Error {}

    private let authority: TestAuthority
    private let context: TLSServerContext

    init() throws {
        let authority = try TestAuthority()
        func certificate(_ names: String...) throws -> ServerCertificate {
            let issued = try names.count == 1 ? authority.issue(names[0]) : authority.issue(names[0], names[1])
            return try ServerCertificate(certificateFile: issued.certificate, privateKeyFile: issued.key)
        }
        self.authority = authority
        context = TLSServerContext(
            try certificate("DNS:access.example.com"),
            [
                try certificate("DNS:*.apps.example.com", "DNS:apps.example.com"),
                try certificate("DNS:reports.apps.example.com", "DNS:wiki.example.com"),
            ])
    }

    /// Performs a handshake in memory, and returns what `read` finds on the server's side.
    private func connect<Value>(
        _ name: String?, version: Int32 = TLS1_3_VERSION, _ read: (OpaquePointer) -> Value
    ) throws -> Value {
        let authorities = try TLSClientContext(authoritiesFile: authority.file)
        guard let accepting = unsafe SSL_new(context.handle), let connecting = unsafe SSL_new(authorities.handle) else {
            throw HandshakeError()
        }
        defer {
            unsafe SSL_free(accepting)
            unsafe SSL_free(connecting)
        }
        var one: OpaquePointer?
        var other: OpaquePointer?
        try #require(unsafe BIO_new_bio_pair(&one, 1 << 16, &other, 1 << 16) == 1)
        unsafe SSL_set_bio(accepting, one, one)
        unsafe SSL_set_bio(connecting, other, other)
        unsafe SSL_set_accept_state(accepting)
        unsafe SSL_set_connect_state(connecting)
        // SSL_set_max_proto_version is a macro that Swift does not import.
        unsafe SSL_ctrl(connecting, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(version), nil)
        try #require(unsafe context.adopt(accepting))
        if let name { try #require(unsafe gatehouse_ssl_set_server_name(connecting, name) == 1) }
        defer { ERR_clear_error() }
        for _ in 0..<10 {
            let isConnected = unsafe SSL_do_handshake(connecting) == 1
            let isAccepted = unsafe SSL_do_handshake(accepting) == 1
            if isConnected, isAccepted { return unsafe read(accepting) }
        }
        throw HandshakeError()
    }

    @Test(
        "the first certificate that names the server is used, otherwise the first one",
        arguments: [
            (nil, "access.example.com"), ("access.example.com", "access.example.com"),
            ("reports.apps.example.com", "apps.example.com"), ("REPORTS.Apps.example.com", "apps.example.com"),
            ("apps.example.com", "apps.example.com"), ("wiki.example.com", "wiki.example.com"),
            ("a.b.apps.example.com", "access.example.com"), ("elsewhere.example", "access.example.com"),
        ] as [(String?, String)])
    func selection(_ name: String?, _ expected: String) throws {
        for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
            let isExpected = try unsafe connect(name, version: version) { connection in
                unsafe ServerCertificate.isFor(expected, SSL_get_certificate(connection))
            }
            #expect(isExpected)
        }
    }

    @Test("a connection serves the hosts of its certificate, and of others none")
    func hosts() throws {
        func served(_ name: String?, _ hosts: String...) throws -> [String] {
            try unsafe connect(name) { connection in hosts.filter { unsafe context.serves($0, at: connection) } }
        }
        let all = ("access.example.com", "one.apps.example.com", "wiki.example.com", "elsewhere.example")
        #expect(try served(nil, all.0, all.1, all.2, all.3) == ["access.example.com", "elsewhere.example"])
        #expect(try served("access.example.com", all.0, all.1, all.2, all.3) == ["access.example.com"])
        #expect(try served("one.apps.example.com", all.0, all.1, all.2, all.3) == ["one.apps.example.com"])
        #expect(try served("two.apps.example.com", all.0, all.1, all.2, all.3) == ["one.apps.example.com"])
        // No certificate is for this host. Its own name still leads to it.
        #expect(
            try served("Elsewhere.example", all.0, all.1, all.2, all.3) == ["access.example.com", "elsewhere.example"])
    }
}
