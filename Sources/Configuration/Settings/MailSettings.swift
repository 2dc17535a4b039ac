public import Cryptography
internal import HTTPMessage
public import Mail
package import SettingDeclarations
internal import Text

/// The sender and server of outgoing email.
public struct MailSettings: Sendable {
    public let from: Mailbox
    public let server: MailServer
    /// The SMTP user name. If it is set, ``password`` is set too.
    public let username: String?
    public let password: Secret?
    /// A PEM file of certificate authorities that may sign the server's certificate; nil for the system's.
    public let caFile: String?
}

/// An SMTP server.
public struct MailServer: Sendable, Hashable {
    public let host: String
    public let port: UInt16
    /// True if TLS starts with the first byte (`smtps`); otherwise STARTTLS is used.
    public let isImplicitTLS: Bool
}

extension MailSettings: Section {
    static let from = Setting(
        "from",
        .text(
            "a sender such as \"Gatehouse <no-reply@example.com>\"", good: ["\"G <no-reply@example.com>\""],
            wrong: [
                "\"Gatehouse\"", "\"a@b@c\"", "\"<@>\"", "\"G <a@b.c\"", "\"büro@example.com\"",
                "\"office@bücher.example\"", "\"a b@example.com\"",
            ]
        ) { (text) throws(SettingError) -> Mailbox in
            do throws(Mailbox.SyntaxError) {
                return try Mailbox(text)
            } catch {
                switch error {
                case .malformed: throw SettingError("must be a sender such as \"Gatehouse <no-reply@example.com>\"")
                case .localPartBeyondASCII:
                    throw SettingError("must have an address of ASCII characters: mail servers may refuse other ones")
                case .domainBeyondASCII:
                    throw SettingError("must have the address's domain in its ASCII form, which begins with xn--")
                }
            }
        }, .required, "The sender of email. The name may be of any script; the address is ASCII.")
    static let smtp = Setting(
        "smtp",
        .text(
            "a URL such as smtps://mail.example.com:465", good: ["\"smtps://mail.example.com:465\""],
            wrong: ["\"mail.example.com\"", "\"https://mail.example.com\"", "\"smtps://u:p@mail.example.com\""]
        ) { (text) throws(SettingError) -> MailServer in
            guard let url = AbsoluteURL(text), url.scheme == "smtps" || url.scheme == "smtp", !url.hasUserInfo,
                url.path.isEmpty, !url.hasQuery, !url.hasFragment
            else {
                throw SettingError(
                    "must be smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS, without user name and password"
                )
            }
            let isImplicit = url.scheme == "smtps"
            return MailServer(host: url.host, port: url.port ?? (isImplicit ? 465 : 587), isImplicitTLS: isImplicit)
        }, .required, "The mail server: smtps (TLS from the first byte, port 465) or smtp (STARTTLS, port 587).")
    static let username = Setting(
        "username", .text("a user name", example: "gatehouse"), .optional,
        "The user name for signing in at the mail server.")
    static let password = Setting("password", .secret, .optional, "The password of username.")

    static let caFile = Setting(
        "ca_file", .pem("a PEM file with certificates", label: "CERTIFICATE", good: "ca.pem"), .optional,
        "Certificate authorities for the mail server's certificate, instead of the system's.")

    package static let settings = [
        DeclaredSetting(from), DeclaredSetting(smtp), DeclaredSetting(username), DeclaredSetting(password),
        DeclaredSetting(caFile),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = MailSettings
        if members.has(S.username) != members.has(S.password) {
            members.has(S.username)
                ? members.fault(S.password, "is required if username is set")
                : members.fault(S.username, "is required if password is set")
        }
        guard let from = members[S.from], let server = members[S.smtp] else { return nil }
        (self.from, self.server) = (from, server)
        (username, password, caFile) = (members[S.username], members[S.password], members[S.caFile]?.path)
    }
}
