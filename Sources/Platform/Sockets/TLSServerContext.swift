internal import Addresses
internal import COpenSSL
internal import Text

/// A server's certificates and keys, for TLS 1.2 and up with HTTP/1.1.
public final class TLSServerContext: Sendable {
    /// The certificates in order; the first one serves clients that name no server, or one that no certificate names.
    private let certificates: [ServerCertificate]
    private let first: ServerCertificate

    /// Creates a context whose certificate is selected by the server name that a client sends (RFC 6066, section 3):
    /// the first one that names it, otherwise the first one.
    public init(_ first: ServerCertificate, _ others: [ServerCertificate] = []) {
        (self.first, certificates) = (first, [first] + others)
    }

    /// Creates a context with one certificate; see ``ServerCertificate/init(certificateFile:privateKeyFile:)``.
    public convenience init(certificateFile: String, privateKeyFile: String) throws(TLSError) {
        self.init(try ServerCertificate(certificateFile: certificateFile, privateKeyFile: privateKeyFile))
    }

    /// The OpenSSL context of the first certificate, with which a connection begins.
    var handle: OpaquePointer { unsafe first.handle }

    /// The place at which an OpenSSL connection refers to its context: that of the application's own data.
    fileprivate static let place: Int32 = 0

    /// Sets up a connection that this context serves. The caller keeps the context as long as the connection.
    func adopt(_ connection: OpaquePointer) -> Bool {
        unsafe SSL_set_ex_data(connection, TLSServerContext.place, Unmanaged.passUnretained(self).toOpaque()) == 1
    }

    /// The server name that a client sent, in lower case; nil if it sent none.
    static func serverName(of connection: OpaquePointer) -> String? {
        unsafe SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name).map {
            unsafe String(cString: $0).asciiLowercased()
        }
    }

    /// Returns the OpenSSL context of the certificate for a server name.
    fileprivate func handle(for name: String) -> OpaquePointer {
        unsafe (certificates.first { $0.isFor(name) } ?? first).handle
    }

    /// Returns true if a connection serves a host: its certificate is for the host, or the client named the host and no
    /// certificate is for it. Without a name from the client, the host must not have a certificate of its own.
    ///
    /// - Parameter host: in lower case, without a port.
    func serves(_ host: String, at connection: OpaquePointer) -> Bool {
        if unsafe ServerCertificate.isFor(host, SSL_get_certificate(connection)) { return true }
        guard !certificates.contains(where: { $0.isFor(host) }) else { return false }
        return unsafe TLSServerContext.serverName(of: connection)?.isExactly(host) ?? true
    }
}

/// A server's certificate with its key.
@safe public final class ServerCertificate: @unchecked Sendable {
    // @unchecked: SSL_CTX counts its references and locks shared state (SSL_CTX_new(3)); it does not change after init.
    let handle: OpaquePointer

    /// - Parameters:
    /// - certificateFile: path of a PEM file: the certificate, then the intermediate ones.
    /// - privateKeyFile: path of an unencrypted PEM file.
    public init(certificateFile: String, privateKeyFile: String) throws(TLSError) {
        let handle = try unsafe makeContext(TLS_server_method())
        unsafe self.handle = handle
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, certificateFile) == 1 else {
            throw TLSError("\(certificateFile): this is not a PEM file with a certificate chain")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(handle, privateKeyFile, SSL_FILETYPE_PEM) == 1 else {
            throw TLSError(
                "\(privateKeyFile): this is not the private key of \(certificateFile), unencrypted and in PEM")
        }
        guard unsafe SSL_CTX_check_private_key(handle) == 1 else {
            throw TLSError("\(privateKeyFile): this key does not belong to \(certificateFile)")
        }
        unsafe SSL_CTX_set_alpn_select_cb(handle, selectProtocol, nil)
        unsafe SSL_CTX_set_client_hello_cb(handle, selectCertificate, nil)
        unsafe gatehouse_ssl_ctx_on_server_name(handle, acknowledgeName)
        // A session is resumed with its own certificate only (RFC 6066, section 3): the name of a resumed one would not
        // be that of the connection.
        var digest = Array(repeating: UInt8(0), count: Int(SSL_MAX_SID_CTX_LENGTH))
        var length = UInt32(digest.count)
        guard unsafe X509_digest(SSL_CTX_get0_certificate(handle), EVP_sha256(), &digest, &length) == 1,
            unsafe SSL_CTX_set_session_id_context(handle, digest, length) == 1
        else { throw TLSError("\(certificateFile): OpenSSL cannot use the certificate for sessions") }
    }

    /// Returns true if the certificate names a host, as clients check it (RFC 6125, section 6; the common name never
    /// counts).
    public func names(_ host: String) -> Bool {
        unsafe ServerCertificate.names(host, SSL_CTX_get0_certificate(handle), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
    }

    /// Returns true if the certificate is meant for a host. The common name counts if there are no other names.
    func isFor(_ host: String) -> Bool { unsafe ServerCertificate.isFor(host, SSL_CTX_get0_certificate(handle)) }

    /// Variant of ``isFor(_:)`` for a certificate of a connection.
    static func isFor(_ host: String, _ certificate: OpaquePointer?) -> Bool { unsafe names(host, certificate, 0) }

    private static func names(_ host: String, _ certificate: OpaquePointer?, _ flags: Int32) -> Bool {
        guard let certificate = unsafe certificate else { return false }
        if IPAddress(host) != nil { return unsafe X509_check_ip_asc(certificate, host, 0) == 1 }
        let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | flags)
        return unsafe X509_check_host(certificate, host, host.utf8.count, flags, nil) == 1
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }
}

/// Selects `http/1.1` if the client offers protocols (RFC 7301, section 3.2); refuses the connection if `http/1.1` is
/// not offered.
private let selectProtocol:
    @convention(c) (
        OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?, UnsafeMutablePointer<UInt8>?,
        UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
    ) -> Int32 = { _, chosen, chosenLength, offered, offeredLength, _ in
        guard let chosen = unsafe chosen, let chosenLength = unsafe chosenLength, let offered = unsafe offered else {
            return SSL_TLSEXT_ERR_NOACK
        }
        let name = Array("http/1.1".utf8)
        var index = 0
        // Each name follows its length; OpenSSL has checked that the names fill the list.
        while index < Int(offeredLength) {
            let length = unsafe Int(offered[index])
            guard index + 1 + length <= Int(offeredLength) else { break }
            let isHTTP = length == name.count && name.indices.allSatisfy { unsafe offered[index + 1 + $0] == name[$0] }
            if isHTTP {
                unsafe chosen.pointee = offered + index + 1
                unsafe chosenLength.pointee = UInt8(length)
                return SSL_TLSEXT_ERR_OK
            }
            index += 1 + length
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }

/// Selects the certificate of a connection by the server name of the client, before a session is resumed
/// (SSL_CTX_set_client_hello_cb(3)).
private let selectCertificate:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = {
        connection, _, _ in
        guard let connection = unsafe connection, let name = unsafe ServerName.offered(by: connection),
            let context = unsafe SSL_get_ex_data(connection, TLSServerContext.place)
        else { return SSL_CLIENT_HELLO_SUCCESS }
        // The connection keeps its context, see TLSConnection.
        let server = unsafe Unmanaged<TLSServerContext>.fromOpaque(context).takeUnretainedValue()
        _ = unsafe SSL_set_SSL_CTX(connection, server.handle(for: name))
        return SSL_CLIENT_HELLO_SUCCESS
    }

/// Acknowledges the server name; the certificate has been selected.
private let acknowledgeName:
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?) -> Int32 = { _, _, _ in
        SSL_TLSEXT_ERR_OK
    }

private enum ServerName {
    /// Returns the name in a client's first message, in lower case; nil if there is none. OpenSSL refuses a malformed
    /// extension later.
    static func offered(by connection: OpaquePointer) -> String? {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard
            unsafe SSL_client_hello_get0_ext(connection, UInt32(TLSEXT_TYPE_server_name), &start, &count) == 1,
            let start = unsafe start
        else { return nil }
        // OpenSSL's buffer is valid for the call, and has this length.
        return unsafe name(in: Array(UnsafeBufferPointer(start: start, count: count)))
    }

    /// struct { NameType name_type; opaque HostName<1..2^16-1>; } server_name_list<1..2^16-1> (RFC 6066, section 3)
    private static func name(in octets: [UInt8]) -> String? {
        guard octets.count > 5, octets[2] == UInt8(TLSEXT_NAMETYPE_host_name) else { return nil }
        let length = Int(octets[3]) << 8 | Int(octets[4])
        guard length > 0, octets.count >= 5 + length else { return nil }
        let name = octets[5..<5 + length]
        guard name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return String(decoding: name, as: UTF8.self).asciiLowercased()
    }
}
