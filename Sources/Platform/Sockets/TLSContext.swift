internal import COpenSSL
internal import Glibc

/// An error in the TLS setup: one sentence that names the file and its fault, never a key.
public struct TLSError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
        // OpenSSL queues errors per thread, and a later call would report this one as its own.
        ERR_clear_error()
    }
}

/// A server's certificate and key, for TLS 1.2 and up with HTTP/1.1.
@safe public final class TLSServerContext: @unchecked Sendable {
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
    }

    /// Returns true if the certificate names a host (RFC 6125, section 6; the common name never counts).
    public func names(_ host: String) -> Bool {
        guard let certificate = unsafe SSL_CTX_get0_certificate(handle) else { return false }
        let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
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

/// Certificate authorities that a client trusts: the system's, or those of a file.
@safe public final class TLSClientContext: @unchecked Sendable {
    // @unchecked: see TLSServerContext.
    let handle: OpaquePointer

    /// - Parameters:
    /// - authoritiesFile: path of a PEM file; nil for the system's authorities.
    /// - applicationProtocol: the protocol to offer (RFC 7301); nil for none.
    public init(authoritiesFile: String?, applicationProtocol: String? = "http/1.1") throws(TLSError) {
        let handle = try unsafe makeContext(TLS_client_method())
        unsafe self.handle = handle
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
        if let authoritiesFile {
            guard unsafe SSL_CTX_load_verify_file(handle, authoritiesFile) == 1 else {
                throw TLSError("\(authoritiesFile): this is not a PEM file with certificates")
            }
            // A configured certificate is trusted, also if it is an intermediate authority's or the server's own.
            unsafe X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(handle), UInt(X509_V_FLAG_PARTIAL_CHAIN))
        } else {
            guard unsafe SSL_CTX_set_default_verify_paths(handle) == 1 else {
                throw TLSError("the system's certificate authorities cannot be read")
            }
        }
        guard let name = applicationProtocol?.utf8 else { return }
        // One name is offered, so the server can select no other protocol.
        let offered = [UInt8(clamping: name.count)] + Array(name)
        unsafe SSL_CTX_set_alpn_protos(handle, offered, UInt32(offered.count))
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }
}

/// Cipher suites of TLS 1.2: ephemeral key exchange and AEAD only (RFC 9325, sections 4.1 and 4.2). A key stolen later
/// opens no recorded connection, and no CBC suite serves as a padding oracle. All suites of TLS 1.3 meet this.
private let cipherSuites = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
].joined(separator: ":")

private func makeContext(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
    // OpenSSL writes to sockets without MSG_NOSIGNAL, so SIGPIPE is ignored.
    signal(SIGPIPE, SIG_IGN)
    guard let handle = unsafe SSL_CTX_new(method) else { throw TLSError("OpenSSL cannot set up TLS") }
    unsafe gatehouse_ssl_ctx_prepare(handle)
    guard unsafe SSL_CTX_set_cipher_list(handle, cipherSuites) == 1 else {
        unsafe SSL_CTX_free(handle)
        throw TLSError("OpenSSL has none of the cipher suites that are used here")
    }
    return unsafe handle
}
