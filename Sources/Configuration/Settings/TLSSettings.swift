internal import Files
package import SettingDeclarations
public import Sockets

/// A certificate of the public listeners and its private key.
public struct TLSSettings: Sendable, Hashable {
    /// A PEM file: the server's certificate, then the intermediate certificates.
    public let certificateFile: String
    /// An unencrypted PEM file.
    public let privateKeyFile: String

    /// Reads the files.
    public func certificate() throws(TLSError) -> ServerCertificate {
        try ServerCertificate(certificateFile: certificateFile, privateKeyFile: privateKeyFile)
    }

    /// True if OpenSSL can read the files itself; content supplied by a test has no file.
    var hasFiles: Bool { FileContent.isReadable(certificateFile) && FileContent.isReadable(privateKeyFile) }
}

extension TLSSettings: Section {
    static let certificate = Setting(
        "certificate", .pem("a PEM file with the certificate chain", label: "CERTIFICATE", good: "tls/fullchain.pem"),
        .required, "The server's certificate, followed by the intermediate certificates.")
    static let privateKey = Setting(
        "private_key",
        .pem("a PEM file with the private key", label: "PRIVATE KEY", good: "tls/key.pem", isSecret: true), .required,
        "The certificate's private key, unencrypted.")

    package static let settings = [DeclaredSetting(certificate), DeclaredSetting(privateKey)]

    package init?(_ members: SectionMembers) {
        guard let certificate = members[TLSSettings.certificate], let key = members[TLSSettings.privateKey] else {
            return nil
        }
        (certificateFile, privateKeyFile) = (certificate.path, key.path)
        guard hasFiles else { return }
        do throws(TLSError) {
            _ = try self.certificate()
        } catch {
            members.fault(TLSSettings.privateKey, "cannot be used with the certificate: \(error)")
        }
    }
}
