internal import COpenSSL
internal import Cryptography
internal import GatehouseTesting
internal import Glibc

/// A certificate authority for tests, with its files in a directory that is deleted with it.
@safe public final class TestAuthority {
    /// A failed OpenSSL call.
    public struct CertificateError: Error {}

    private let place = TemporaryDirectory()
    public var directory: String { place.path }
    private let key: OpaquePointer
    private let certificate: OpaquePointer
    private var count = 0

    /// The path of the authority's certificate in PEM, for clients to trust.
    public var file: String { "\(directory)/ca.pem" }

    public init() throws {
        let key = try unsafe TestAuthority.makeKey().handle
        unsafe self.key = key
        let certificate = try unsafe TestAuthority.sign(
            key, name: "Test authority", extensions: [(NID_basic_constraints, "critical,CA:TRUE")], by: key, nil,
            serial: 1, days: 1)
        unsafe self.certificate = certificate
        try unsafe TestAuthority.write(certificate, to: "\(place.path)/ca.pem")
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    /// Issues a server's certificate and returns the paths of the certificate and key.
    ///
    /// - Parameters:
    ///   - names: subject alternative names in OpenSSL's form: `DNS:localhost`, `IP:127.0.0.1`.
    ///   - days: the validity from now, in days. A negative number makes an expired certificate.
    public func issue(_ names: String..., days: Int = 1) throws -> (certificate: String, key: String) {
        try issue(names, .p256, days: days)
    }

    /// A server's RSA certificate and key, as files.
    ///
    /// - Parameter names: subject alternative names in OpenSSL's form.
    public func issueRSA(_ names: String...) throws -> (certificate: String, key: String) {
        try issue(names, .rsa, days: 1)
    }

    private func issue(_ names: [String], _ kind: KeyKind, days: Int) throws -> (certificate: String, key: String) {
        count += 1
        let (own, pem) = try unsafe TestAuthority.makeKey(kind)
        defer { unsafe EVP_PKEY_free(own) }
        let made = try unsafe TestAuthority.sign(
            own, name: "Test server", extensions: [(NID_subject_alt_name, names.joined(separator: ","))], by: key,
            certificate, serial: count + 1, days: days)
        defer { unsafe X509_free(made) }
        let files = ("\(directory)/\(count).pem", "\(directory)/\(count).key")
        try unsafe TestAuthority.write(made, to: files.0)
        guard let file = unsafe fopen(files.1, "w") else { throw CertificateError() }
        unsafe fputs(pem, file)
        unsafe fclose(file)
        return files
    }

    private static func makeKey(_ kind: KeyKind = .p256) throws -> (handle: OpaquePointer, pem: String) {
        let pem = try SigningKey.generate(kind).pem()
        let bytes = Array(pem.utf8)
        guard let source = unsafe BIO_new_mem_buf(bytes, Int32(bytes.count)) else { throw CertificateError() }
        defer { unsafe BIO_free(source) }
        guard let key = unsafe PEM_read_bio_PrivateKey(source, nil, nil, nil) else { throw CertificateError() }
        return unsafe (key, pem)
    }

    private static func sign(
        _ key: OpaquePointer, name: String, extensions: [(Int32, String)], by issuerKey: OpaquePointer,
        _ issuer: OpaquePointer?, serial: Int, days: Int
    ) throws -> OpaquePointer {
        guard let certificate = unsafe X509_new() else { throw CertificateError() }
        unsafe X509_set_version(certificate, 2)
        unsafe ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
        unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -86400 * 10)
        unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), 86400 * days)
        unsafe X509_set_pubkey(certificate, key)
        let subject = unsafe X509_get_subject_name(certificate)
        unsafe X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0)
        unsafe X509_set_issuer_name(certificate, issuer.map { unsafe X509_get_subject_name($0) } ?? subject)
        for (kind, value) in extensions {
            guard let made = unsafe X509V3_EXT_conf_nid(nil, nil, kind, value) else { throw CertificateError() }
            unsafe X509_add_ext(certificate, made, -1)
            unsafe X509_EXTENSION_free(made)
        }
        guard unsafe X509_sign(certificate, issuerKey, EVP_sha256()) > 0 else { throw CertificateError() }
        return unsafe certificate
    }

    private static func write(_ certificate: OpaquePointer, to path: String) throws {
        guard let file = unsafe BIO_new_file(path, "w") else { throw CertificateError() }
        defer { unsafe BIO_free(file) }
        guard unsafe PEM_write_bio_X509(file, certificate) == 1 else { throw CertificateError() }
    }
}
