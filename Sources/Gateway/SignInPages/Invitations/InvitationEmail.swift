internal import PageLayout
public import Time
public import Web

/// The email to an invited user.
public struct InvitationEmail: Sendable {
    private let organization: String
    private let role: String
    private let inviter: String?
    private let link: String
    private let expiresAt: Timestamp

    /// - Parameters:
    ///   - role: the role's title.
    ///   - inviter: the inviting manager's address; nil for the operator.
    public init(organization: String, role: String, inviter: String?, link: String, expiresAt: Timestamp) {
        self.organization = organization
        self.role = role
        self.inviter = inviter
        self.link = link
        self.expiresAt = expiresAt
    }

    /// The email's subject.
    public var subject: String { "Invitation to \(organization)" }

    private var invitation: String { "\(inviter ?? "Gatehouse") invites you to \(organization) as \(role)." }
    private var terms: String {
        "The link works once, until \(PageTimes().text(expiresAt)) UTC, and only for you: sign in with this email address. "
            + "If you didn't expect this email, ignore it."
    }

    /// The email as plain text.
    public var plainText: String {
        "\(invitation)\n\nOpen this link to accept:\n\n\(link)\n\n\(terms)\n"
    }

    /// The email as an HTML document.
    public var html: HTML {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(subject)</title></head>
        <body style="font-family: system-ui, sans-serif; line-height: 1.5; color: #16202e;">
        <p>\(invitation)</p>
        <p><a href="\(link)" style="display: inline-block; padding: .6em 1.2em; background: #1d4ed8; color: #fff; border-radius: 8px; text-decoration: none; font-weight: 600;">Open the invitation</a></p>
        <p style="color: #5a6676;">\(terms)</p>
        <p style="color: #5a6676;">If the button doesn't work, open this link: \(link)</p>
        </body></html>

        """
    }
}
