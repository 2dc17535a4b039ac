internal import COpenSSL
internal import Glibc

/// Why TLS cannot be set up. One sentence that names the file and what is wrong with it, never a key.
public struct TLSFault: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
        // Errors queue up per thread, and a later call would report them as its own.
        ERR_clear_error()
    }
}

/// A server's certificate and key, TLS 1.2 and up, HTTP/1.1.
@safe public final class TLSServerContext: @unchecked Sendable {
    // @unchecked: SSL_CTX counts its references and locks what it shares (SSL_CTX_new(3)); it is not changed after init.
    let handle: OpaquePointer

    /// - Parameters:
    ///   - certificateFile: PEM: the certificate, then those between it and the root.
    ///   - privateKeyFile: PEM, unencrypted.
    public init(certificateFile: String, privateKeyFile: String) throws(TLSFault) {
        let handle = try unsafe makeContext(TLS_server_method())
        unsafe self.handle = handle
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, certificateFile) == 1 else {
            throw TLSFault("\(certificateFile): this is not a PEM file with a certificate chain")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(handle, privateKeyFile, SSL_FILETYPE_PEM) == 1 else {
            throw TLSFault(
                "\(privateKeyFile): this is not the private key of \(certificateFile), unencrypted and in PEM")
        }
        guard unsafe SSL_CTX_check_private_key(handle) == 1 else {
            throw TLSFault("\(privateKeyFile): this key does not belong to \(certificateFile)")
        }
        unsafe SSL_CTX_set_alpn_select_cb(handle, selectProtocol, nil)
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }
}

/// Chooses `http/1.1` where the client offers protocols (RFC 7301, section 3.2); without it among them there is none.
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
        // Each name has its length in front; OpenSSL has checked that they fill the list.
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

/// Whom a client believes: the system's authorities, or those of a file.
@safe public final class TLSClientContext: @unchecked Sendable {
    // @unchecked: as above.
    let handle: OpaquePointer

    /// - Parameters:
    ///   - authoritiesFile: PEM; `nil` for the system's.
    ///   - applicationProtocol: the one that is offered (RFC 7301); `nil` for none.
    public init(authoritiesFile: String?, applicationProtocol: String? = "http/1.1") throws(TLSFault) {
        let handle = try unsafe makeContext(TLS_client_method())
        unsafe self.handle = handle
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
        if let authoritiesFile {
            guard unsafe SSL_CTX_load_verify_file(handle, authoritiesFile) == 1 else {
                throw TLSFault("\(authoritiesFile): this is not a PEM file with certificates")
            }
            // What the operator names is believed, be it an intermediate authority or the server's own certificate.
            unsafe X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(handle), UInt(X509_V_FLAG_PARTIAL_CHAIN))
        } else {
            guard unsafe SSL_CTX_set_default_verify_paths(handle) == 1 else {
                throw TLSFault("the system's certificate authorities cannot be read")
            }
        }
        guard let name = applicationProtocol?.utf8 else { return }
        // One name, and no other protocol is answered.
        let offered = [UInt8(clamping: name.count)] + Array(name)
        unsafe SSL_CTX_set_alpn_protos(handle, offered, UInt32(offered.count))
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }
}

/// The cipher suites of TLS 1.2: ephemeral key exchange and AEAD only (RFC 9325, sections 4.1 and 4.2). A key that is
/// stolen later opens no recorded connection, and there is no CBC to be tried as an oracle. Those of TLS 1.3 are all such.
private let cipherSuites = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
].joined(separator: ":")

private func makeContext(_ method: OpaquePointer?) throws(TLSFault) -> OpaquePointer {
    // OpenSSL writes to sockets without a flag that keeps the signal away.
    signal(SIGPIPE, SIG_IGN)
    guard let handle = unsafe SSL_CTX_new(method) else { throw TLSFault("OpenSSL cannot set up TLS") }
    unsafe gatehouse_ssl_ctx_prepare(handle)
    guard unsafe SSL_CTX_set_cipher_list(handle, cipherSuites) == 1 else {
        unsafe SSL_CTX_free(handle)
        throw TLSFault("OpenSSL has none of the cipher suites that are used here")
    }
    return unsafe handle
}
