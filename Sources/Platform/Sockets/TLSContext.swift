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

/// Certificate authorities that a client trusts: the system's, or those of a file.
@safe public final class TLSClientContext: @unchecked Sendable {
    // @unchecked: see ServerCertificate.
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

func makeContext(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
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
