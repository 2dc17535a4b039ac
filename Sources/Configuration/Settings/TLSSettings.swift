internal import Files
package import SettingDeclarations
internal import Sockets

/// The certificate and private key of the public listener.
public struct TLSSettings: Sendable, Hashable {
    /// A PEM file: the server's certificate, then the intermediate certificates.
    public let certificateFile: String
    /// An unencrypted PEM file.
    public let privateKeyFile: String
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
        // OpenSSL reads the files itself; content supplied by a test has no file.
        guard FileContent.isReadable(certificateFile), FileContent.isReadable(privateKeyFile) else { return }
        do throws(TLSError) {
            _ = try TLSServerContext(certificateFile: certificateFile, privateKeyFile: privateKeyFile)
        } catch {
            members.fault(TLSSettings.privateKey, "cannot be used with the certificate: \(error)")
        }
    }
}
