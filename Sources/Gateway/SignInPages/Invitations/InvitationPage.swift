internal import Endpoints
public import PageLayout
internal import Text
public import Time
public import Web

/// An address for display to a user who may not know it: `m•••@example.com`.
public struct MaskedAddress: Sendable {
    public let text: String

    /// - Parameter address: an email address; the text is `•••` if it has no local part.
    public init(_ address: String) {
        guard let at = address.lastIndex(ofASCII: "@"), at > address.startIndex else {
            text = "•••"
            return
        }
        text = "\(address[address.startIndex])•••\(address[at...])"
    }
}

/// The page behind an invitation's link.
public struct InvitationPage: Sendable {
    /// The content of an invitation.
    public struct Offer: Sendable {
        let organization: String
        let role: String
        let email: String
        let inviter: String?
        let expiresAt: Timestamp

        /// - Parameters:
        ///   - role: the role's title.
        ///   - email: the masked address.
        public init(organization: String, role: String, email: String, inviter: String?, expiresAt: Timestamp) {
            self.organization = organization
            self.role = role
            self.email = email
            self.inviter = inviter
            self.expiresAt = expiresAt
        }
    }

    /// A user who is signed in with another account than the invited one.
    public struct WrongPerson: Sendable {
        let invited: String
        let own: String?
        let advice: String

        /// - Parameters:
        ///   - invited: the masked address.
        ///   - own: the masked address of the sign-in; nil if it has none.
        public init(invited: String, own: String?, advice: String) {
            self.invited = invited
            self.own = own
            self.advice = advice
        }
    }

    /// The state of the invitation for this user.
    public enum Content: Sendable {
        case signIn(Offer, [SignInPage.Choice])
        /// - Parameter invitation: its id, so that the accepted invitation is the one shown.
        case accept(Offer, invitation: String, formToken: String)
        case wrongPerson(WrongPerson, [SignInPage.Choice])
        case used
        case revoked
        case expired
        case unknown
    }

    private let content: Content
    private let account: Account?
    private let requestID: String

    /// - Parameters:
    ///   - account: the signed-in user; nil if there is none.
    ///   - requestID: the id that the page shows for support.
    public init(_ content: Content, account: Account?, requestID: String) {
        self.content = content
        self.account = account
        self.requestID = requestID
    }

    public var document: HTML {
        Page(title: "Invitation", account: account, content: "<div class=\"card\">\(inner)</div>").document
    }

    private var inner: HTML {
        switch content {
        case .signIn(let offer, let choices):
            let none: HTML =
                "<p class=\"notice\">No identity provider is set up for this organization. Tell the person who invited you.</p>"
            return """
                \(heading(offer))
                <p>The invitation is for <strong>\(offer.email)</strong>. Sign in with that address to accept it.</p>
                <ul class="choices">\(buttons(choices, verb: "Sign in with"))</ul>
                \(none, if: choices.isEmpty)
                """
        case .accept(let offer, let invitation, let formToken):
            return """
                \(heading(offer))
                <p>You are signed in with the invited address, <strong>\(offer.email)</strong>.</p>
                <form method="post" action="\(Paths.acceptance.text)"><input type="hidden" name="csrf_token" value="\(formToken)"><input type="hidden" name="invitation" value="\(invitation)"><button type="submit" class="primary">Accept the invitation</button></form>
                """
        case .wrongPerson(let wrong, let choices):
            let own: HTML =
                wrong.own.map { "You are signed in as <strong>\($0)</strong>." }
                ?? "Your sign-in has no email address."
            return """
                <p class="status">Wrong account</p>
                <h1>This invitation is for another address</h1>
                <p>It was sent to <strong>\(wrong.invited)</strong>. \(own)</p>
                <p>\(wrong.advice)</p>
                <ul class="choices">\(buttons(choices, verb: "Sign in as someone else with"))</ul>
                \(RequestIDLine(id: requestID).markup)
                """
        case .used:
            return closed(
                "Used", "This invitation was already used",
                "Each invitation works once. If you used it, sign in. Otherwise ask a manager of the organization.",
                action: ("/", "Back to home"))
        case .revoked:
            return closed(
                "Revoked", "This invitation was revoked",
                "A manager of the organization revoked it. If this is a mistake, ask for a new one.", action: nil)
        case .expired:
            return closed(
                "Expired", "This invitation has expired", "Ask the person who invited you to send it again.",
                action: nil)
        case .unknown:
            return closed(
                "Not found", "This invitation link isn't valid",
                "It may be incomplete, or a newer email may have replaced it. Open the link in the latest email.",
                action: nil)
        }
    }

    private func heading(_ offer: Offer) -> HTML {
        let inviter: HTML? = offer.inviter.map { "<p>\($0) invited you.</p>" }
        return """
            <p class="status">Invitation</p>
            <h1>Join \(offer.organization)</h1>
            \(inviter)
            <p>Your role will be <strong>\(offer.role)</strong>. You will see the metrics of all workspaces, but not their content. The invitation expires on \(PageTimes().text(offer.expiresAt)) UTC.</p>
            """
    }

    private func buttons(_ choices: [SignInPage.Choice], verb: String) -> [HTML] {
        choices.map { "<li><a class=\"button primary\" href=\"\($0.url)\">\(verb) \($0.name)</a></li>" }
    }

    private func closed(_ status: String, _ title: String, _ text: String, action: (String, String)?) -> HTML {
        let button: HTML? = action.map { "<p><a class=\"button primary\" href=\"\($0.0)\">\($0.1)</a></p>" }
        return """
            <p class="status">\(status)</p>
            <h1>\(title)</h1>
            <p>\(text)</p>
            \(button)
            \(RequestIDLine(id: requestID).markup)
            """
    }
}
