internal import Addresses
internal import COpenSSL
internal import Files
internal import Glibc
internal import Text

/// TLS on one socket. The first reads and writes perform the handshake.
@safe final class TLSConnection {
    private let handle: OpaquePointer
    private var isBroken = false
    private(set) var failure: String?
    /// True if the handshake is complete; its cost is that of a thousand requests.
    private(set) var isEstablished = false
    /// True if the last read returned bytes, so more may be pending. Part of a record may also be in memory; polling
    /// for it is useless before the rest arrives.
    private var mayHaveMore = false

    /// The certificates of the server side, which OpenSSL refers to; nil on the client side.
    private let server: TLSServerContext?
    /// The last host that was asked about, and whether this connection serves it.
    private var served: (host: String, isServed: Bool)?

    /// Server side of a connection; nil if memory is short.
    init?(accepting descriptor: Descriptor, _ context: TLSServerContext) {
        guard let handle = unsafe SSL_new(context.handle) else { return nil }
        unsafe self.handle = handle
        server = context
        guard unsafe SSL_set_fd(handle, descriptor.number) == 1, unsafe context.adopt(handle) else { return nil }
        unsafe SSL_set_accept_state(handle)
    }

    /// Client side of a connection; the certificate must be of this host (RFC 6125, section 6; RFC 2818, section 3.1).
    init?(connecting descriptor: Descriptor, to host: String, _ context: TLSClientContext) {
        guard let handle = unsafe SSL_new(context.handle) else { return nil }
        unsafe self.handle = handle
        server = nil
        guard unsafe SSL_set_fd(handle, descriptor.number) == 1 else { return nil }
        unsafe SSL_set_connect_state(handle)
        if IPAddress(host) != nil {
            guard unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host) == 1 else { return nil }
        } else {
            // The subject's common name is not a server name (RFC 9525, section 2).
            let flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT
            unsafe SSL_set_hostflags(handle, UInt32(flags))
            guard unsafe SSL_set1_host(handle, host) == 1, unsafe gatehouse_ssl_set_server_name(handle, host) == 1
            else {
                return nil
            }
        }
    }

    deinit {
        unsafe SSL_free(handle)
    }

    /// Returns true if the connection serves a host, by its certificate and the name that the client sent.
    func serves(_ host: String) -> Bool {
        if let served, served.host.isExactly(host) { return served.isServed }
        let isServed = unsafe server?.serves(host, at: handle) ?? true
        served = (host, isServed)
        return isServed
    }

    var hasPendingInput: Bool {
        guard mayHaveMore, !isBroken else { return false }
        return unsafe SSL_has_pending(handle) == 1
    }

    func read(into buffer: inout [UInt8]) -> StreamResult {
        guard !isBroken else { return .closed }
        ERR_clear_error()
        // The buffer is borrowed for the call and exactly as long as the count.
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe SSL_read(handle, $0.baseAddress, Int32(clamping: $0.count))
        }
        mayHaveMore = count > 0
        if !isEstablished { isEstablished = unsafe SSL_is_init_finished(handle) == 1 }
        return count > 0 ? .count(Int(count)) : result(count)
    }

    func write(_ bytes: [UInt8], from start: Int) -> StreamResult {
        guard !isBroken else { return .closed }
        guard start < bytes.count else { return .count(0) }
        ERR_clear_error()
        let count = unsafe bytes.withUnsafeBytes { all -> Int32 in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
            return unsafe SSL_write(handle, rest.baseAddress, Int32(clamping: rest.count))
        }
        return count > 0 ? .count(Int(count)) : result(count)
    }

    /// Sends close_notify: no further data follows (RFC 8446, section 6.1).
    func endWriting() {
        guard !isBroken, unsafe SSL_is_init_finished(handle) == 1 else { return }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(handle)
        ERR_clear_error()
    }

    private func result(_ count: Int32) -> StreamResult {
        switch unsafe SSL_get_error(handle, count) {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
            // After this error no further call is allowed (SSL_get_error(3)).
            isBroken = true
            failure = reason()
            ERR_clear_error()
            return .closed
        }
    }

    private func reason() -> String {
        let verdict = unsafe SSL_get_verify_result(handle)
        if verdict != X509_V_OK {
            // The text is a constant of OpenSSL.
            return unsafe "the certificate is refused: \(String(cString: X509_verify_cert_error_string(verdict)))"
        }
        let code = ERR_peek_error()
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return "the connection broke" }
        return unsafe String(cString: text)
    }
}
