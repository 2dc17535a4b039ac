import COpenSSL
import TestCertificates
import Testing

@testable import Sockets

@Suite("Cipher suites of TLS 1.2")
struct CipherSuiteTests {
    /// A failed OpenSSL call.
    private struct ContextError: Error {}

    /// Returns an OpenSSL context for TLS 1.2 with the given suites, without certificate verification.
    private func peer(_ method: OpaquePointer?, _ suites: String) throws -> OpaquePointer {
        guard let context = unsafe SSL_CTX_new(method) else { throw ContextError() }
        // SSL_CTX_set_max_proto_version is a macro that Swift does not import.
        unsafe SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        try #require(unsafe SSL_CTX_set_cipher_list(context, "\(suites):@SECLEVEL=0") == 1)
        return unsafe context
    }

    /// Performs a handshake in memory; returns the negotiated suite, or nil.
    private func suite(server: OpaquePointer, client: OpaquePointer) throws -> String? {
        guard let accepting = unsafe SSL_new(server), let connecting = unsafe SSL_new(client) else {
            throw ContextError()
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
        defer { ERR_clear_error() }
        for _ in 0..<10 {
            let isConnected = unsafe SSL_do_handshake(connecting) == 1
            let isAccepted = unsafe SSL_do_handshake(accepting) == 1
            if isConnected, isAccepted {
                return unsafe String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(accepting)))
            }
        }
        return nil
    }

    private static let weak = [
        "AES128-SHA", "AES256-SHA256", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA",
        "ECDHE-RSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256",
    ]
    private static let good = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"]

    @Test("the listener accepts ephemeral keys with AEAD, and neither static RSA nor CBC")
    func listener() throws {
        let authority = try TestAuthority()
        for issued in [try authority.issue("DNS:localhost"), try authority.issueRSA("DNS:localhost")] {
            let server = try TLSServerContext(certificateFile: issued.certificate, privateKeyFile: issued.key)
            for suites in CipherSuiteTests.weak {
                let client = try unsafe peer(TLS_client_method(), suites)
                defer { unsafe SSL_CTX_free(client) }
                #expect(try unsafe suite(server: server.handle, client: client) == nil, "\(suites)")
            }
        }
        let issued = try authority.issue("DNS:localhost")
        let server = try TLSServerContext(certificateFile: issued.certificate, privateKeyFile: issued.key)
        for suites in CipherSuiteTests.good {
            let client = try unsafe peer(TLS_client_method(), suites)
            defer { unsafe SSL_CTX_free(client) }
            #expect(try unsafe suite(server: server.handle, client: client) == suites)
        }
    }

    @Test("outbound connections offer only those suites")
    func outbound() throws {
        let authority = try TestAuthority()
        let client = try TLSClientContext(authoritiesFile: authority.file)
        for issued in [try authority.issue("DNS:localhost"), try authority.issueRSA("DNS:localhost")] {
            for suites in CipherSuiteTests.weak {
                let server = try unsafe peer(TLS_server_method(), suites)
                defer { unsafe SSL_CTX_free(server) }
                try #require(unsafe SSL_CTX_use_certificate_chain_file(server, issued.certificate) == 1)
                try #require(unsafe SSL_CTX_use_PrivateKey_file(server, issued.key, SSL_FILETYPE_PEM) == 1)
                #expect(try unsafe suite(server: server, client: client.handle) == nil, "\(suites)")
            }
        }
        let issued = try authority.issue("DNS:localhost")
        for suites in CipherSuiteTests.good {
            let server = try unsafe peer(TLS_server_method(), suites)
            defer { unsafe SSL_CTX_free(server) }
            try #require(unsafe SSL_CTX_use_certificate_chain_file(server, issued.certificate) == 1)
            try #require(unsafe SSL_CTX_use_PrivateKey_file(server, issued.key, SSL_FILETYPE_PEM) == 1)
            #expect(try unsafe suite(server: server, client: client.handle) == suites)
        }
    }
}
