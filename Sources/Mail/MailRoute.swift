public import Cryptography
internal import Sockets
internal import Text

/// Which server takes letters, and as whom.
public struct MailRoute: Sendable {
    public let host: String
    public let port: UInt16
    /// TLS from the first byte; else STARTTLS.
    public let isImplicitTLS: Bool
    public let username: String?
    public let password: Secret?
    /// A PEM file with the certificate authorities that vouch for the server; nil for the system's.
    public let authoritiesFile: String?
    /// How the client calls itself (RFC 5321, section 4.1.1.1).
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

    /// Whether the server is on this machine, so that no other machine can listen: only then plain text is allowed.
    var isLoopback: Bool {
        host == "localhost" || host.ends(exactly: ".localhost") || IPAddress(host)?.isLoopback ?? false
    }
}

/// Why a letter was not taken.
public struct DeliveryFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether trying again is of no use.
    public let isPermanent: Bool
    /// What happened, in visible ASCII, with what the server said; never a password.
    public let description: String

    init(isPermanent: Bool = false, _ description: String) {
        self.isPermanent = isPermanent
        self.description = String(
            decoding: description.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }.prefix(240),
            as: UTF8.self)
    }
}
