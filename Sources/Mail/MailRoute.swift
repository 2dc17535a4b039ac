internal import Addresses
public import Cryptography
internal import Text

/// A mail server, and the credentials to use there.
public struct MailRoute: Sendable {
    public let host: String
    public let port: UInt16
    /// True for TLS from the first byte; otherwise STARTTLS.
    public let isImplicitTLS: Bool
    public let username: String?
    public let password: Secret?
    /// Path of a PEM file with the certificate authorities of the server; nil for the system's.
    public let authoritiesFile: String?
    /// Client name in the greeting (RFC 5321, section 4.1.1.1).
    public let clientName: String

    public init(
        host: String, port: UInt16, isImplicitTLS: Bool, username: String?, password: Secret?,
        authoritiesFile: String? = nil, clientName: String
    ) {
        self.host = host
        self.port = port
        self.isImplicitTLS = isImplicitTLS
        self.username = username
        self.password = password
        self.authoritiesFile = authoritiesFile
        self.clientName = clientName
    }

    /// True if the server is on this machine, where no other machine can listen; only then is plain text allowed.
    var isLoopback: Bool {
        host == "localhost" || host.ends(exactly: ".localhost") || IPAddress(host)?.isLoopback ?? false
    }
}

/// A failed delivery of an email.
public struct DeliveryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// True if a retry is useless.
    public let isPermanent: Bool
    /// Description in visible ASCII, with the server's reply; never a password.
    public let description: String

    init(isPermanent: Bool = false, _ description: String) {
        self.isPermanent = isPermanent
        self.description = String(
            decoding: description.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }.prefix(240),
            as: UTF8.self)
    }
}
