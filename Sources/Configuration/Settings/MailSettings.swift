public import Cryptography
internal import HTTPClient
internal import Text

/// How letters go out.
public struct MailSettings: Sendable {
    /// `Name <address>`, or an address.
    public let from: String
    public let server: MailServer
    /// Where given, so is ``password``.
    public let username: String?
    public let password: Secret?
}

/// An SMTP server.
public struct MailServer: Sendable, Hashable {
    public let host: String
    public let port: UInt16
    /// TLS from the first byte (`smtps`); else STARTTLS.
    public let isImplicitTLS: Bool
}

extension MailSettings: Section {
    static let from = Setting(
        "from",
        .text(
            "a sender such as \"Gatehouse <no-reply@example.com>\"", good: ["\"G <no-reply@example.com>\""],
            wrong: ["\"Gatehouse\"", "\"a@b@c\"", "\"<@>\""]
        ) { (text) throws(Refusal) -> String in
            let inner = text.cut(at: "<").map { $0.after.dropping(exactlyLast: ">") ?? "" }
            let parts = (inner ?? text[...]).split(at: "@")
            guard parts.count == 2, !parts[0].isEmpty, !parts[0].holds(" "), AbsoluteURL.isHostName(parts[1]) else {
                throw Refusal("must be a sender such as \"Gatehouse <no-reply@example.com>\"")
            }
            return text
        }, .required, "Who letters come from.")
    static let smtp = Setting(
        "smtp",
        .text(
            "a URL such as smtps://mail.example.com:465", good: ["\"smtps://mail.example.com:465\""],
            wrong: ["\"mail.example.com\"", "\"https://mail.example.com\"", "\"smtps://u:p@mail.example.com\""]
        ) { (text) throws(Refusal) -> MailServer in
            guard let url = AbsoluteURL(text), url.scheme == "smtps" || url.scheme == "smtp", !url.hasUserInfo,
                url.path.isEmpty, !url.hasQuery, !url.hasFragment
            else {
                throw Refusal(
                    "must be smtps://HOST:PORT, or smtp://HOST:PORT for STARTTLS; username and password stand apart")
            }
            let isImplicit = url.scheme == "smtps"
            return MailServer(host: url.host, port: url.port ?? (isImplicit ? 465 : 587), isImplicitTLS: isImplicit)
        }, .required, "The server that takes letters: smtps (TLS at once, port 465) or smtp (STARTTLS, port 587).")
    static let username = Setting(
        "username", .text("a user name", example: "gatehouse"), .optional, "Whom to sign in as at the mail server.")
    static let password = Setting("password", .secret, .optional, "The password of username.")

    static let settings = [
        DeclaredSetting(from), DeclaredSetting(smtp), DeclaredSetting(username), DeclaredSetting(password),
    ]

    init?(_ members: SectionMembers) {
        typealias S = MailSettings
        if members.has(S.username) != members.has(S.password) {
            members.has(S.username)
                ? members.fault(S.password, "is required where username is given")
                : members.fault(S.username, "is required where password is given")
        }
        guard let from = members[S.from], let server = members[S.smtp] else { return nil }
        (self.from, self.server) = (from, server)
        (username, password) = (members[S.username], members[S.password])
    }
}
