internal import Grants
internal import HTTPMessage
public import Identities
public import Invitations
public import PageLayout
public import Policy
public import Text
public import Time
public import Web

/// An organization's members with the sources of their roles, its invitations, and its suspended users.
public struct MembersPage: DocumentPage {
    /// A user with access.
    public struct Person: Sendable {
        let identity: String
        let name: String
        let role: Role
        let sources: [Source]
        let provider: String?
        let lastSignIn: Timestamp?
        let isOneself: Bool

        public init(
            identity: String, name: String, role: Role, sources: [Source], provider: String?, lastSignIn: Timestamp?,
            isOneself: Bool
        ) {
            self.identity = identity
            self.name = name
            self.role = role
            self.sources = sources
            self.provider = provider
            self.lastSignIn = lastSignIn
            self.isOneself = isOneself
        }
    }

    /// A source of a user's role.
    public struct Source: Sendable {
        let text: String
        /// The grant's id, if the source is a grant, which can be revoked.
        let grant: String?

        public init(text: String, grant: String?) {
            self.text = text
            self.grant = grant
        }
    }

    /// An action that takes the user's own role away and must be confirmed.
    public struct Confirmation: Sendable {
        let fields: [ExactText: String]

        public init(fields: [ExactText: String]) {
            self.fields = fields
        }
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let people: [Person]
    private let invitations: [Invitation]
    private let suspensions: [Suspension]
    /// The token of forms; nil for a user who may only view.
    private let formToken: String?
    private let sendsEmail: Bool
    /// The last identity shown, after which the list of users continues; nil at its end.
    public var peopleAfter: String?
    /// The last identity shown in the list of suspensions; nil at its end.
    public var suspensionsAfter: String?
    /// Whether both lists begin on this page.
    public var isFirst = true
    public var notice: Notice?
    public var confirmation: Confirmation?
    /// An invitation link that is shown once.
    public var link: String?
    /// The content of the form.
    public var draft: (email: String, role: Role) = ("", .viewer)

    /// - Parameter formToken: nil for a user who may only view.
    public init(
        account: Account, organization: OrganizationHeader, people: [Person], invitations: [Invitation],
        suspensions: [Suspension], formToken: String?, sendsEmail: Bool
    ) {
        self.account = account
        self.organization = organization
        self.people = people
        self.invitations = invitations
        self.suspensions = suspensions
        self.formToken = formToken
        self.sendsEmail = sendsEmail
    }

    private var path: String { organization.path(.members) }

    public var document: HTML {
        var notice = notice
        notice?.button = confirmationButton
        let content: HTML = """
            \(notice?.markup)\(onceLink)
            \(inviteForm)
            <section aria-labelledby="people"><h2 id="people">People with access</h2>
            \(peopleTable)\(more("after", peopleAfter, "More people"))</section>
            <section aria-labelledby="invitations"><h2 id="invitations">Invitations</h2>
            \(invitationsTable)</section>
            \(suspensionsSection)
            """
        return organization.page(.members, account, content)
    }

    private var onceLink: HTML? {
        link.map { link in
            """
            <p><label for="link">Invitation link, shown only once</label><input id="link" class="once" readonly value="\(link)"></p>
            """
        }
    }

    private var confirmationButton: ButtonForm? {
        confirmation.map { confirmation in
            let fields = confirmation.fields.sorted { $0.key.text < $1.key.text }.map {
                (name: $0.key.text, value: $0.value)
            }
            return ButtonForm(
                path: path, token: formToken, fields: fields + [("confirm", "self")],
                title: "Yes, remove my own role", kind: "danger")
        }
    }

    private var inviteForm: HTML? {
        guard let formToken else { return nil }
        let options = [Role.viewer, .manager].map { role -> HTML in
            "<option value=\"\(role.rawValue)\"\(role == draft.role ? " selected" as HTML : "")>\(role.title)</option>"
        }
        let how =
            sendsEmail
            ? "Invited people get an email with a link. It works once, and only for their address."
            : "No mail server is set up. You get a link to send to them yourself."
        return """
            <section aria-labelledby="invite"><h2 id="invite">Invite people</h2>
            <form method="post" action="\(path)" class="fields"><input type="hidden" name="csrf_token" value="\(formToken)"><input type="hidden" name="action" value="invite">
            <div><label for="email">Email address</label><input id="email" name="email" type="email" required maxlength="254" autocomplete="off" value="\(draft.email)"></div>
            <div><label for="role">Role</label><select id="role" name="role">\(options)</select></div>
            <button type="submit" class="primary">Invite</button></form>
            <p class="hint">\(how)</p></section>
            """
    }

    // MARK: Tables

    /// Links to the next page of a list, and to the first one from any other.
    private func more(_ parameter: String, _ last: String?, _ title: String) -> HTML? {
        guard last != nil || !isFirst else { return nil }
        let first: HTML? = isFirst ? nil : "<a href=\"\(path)\">Back to the first page</a>"
        let next = last.map { last -> HTML in
            "<a href=\"\(path)?\(FormEncoding.query([(parameter, last)]))\" rel=\"next\">\(title)</a>"
        }
        return "<nav class=\"pages\" aria-label=\"\(title)\">\(first)\(next)</nav>"
    }

    private var peopleTable: HTML {
        guard !people.isEmpty else { return "<p class=\"empty\">No members yet</p>" }
        return """
            <div class="scroll"><table><caption>Members with the sources of their roles</caption>
            <thead><tr><th scope="col">Person</th><th scope="col">Role</th><th scope="col">Source</th><th scope="col">Last sign-in</th>\(actionsHeading)</tr></thead>
            <tbody>\(people.map(row))</tbody></table></div>
            """
    }

    private var actionsHeading: HTML { formToken == nil ? "" : "<th scope=\"col\">Actions</th>" }

    private func row(_ person: Person) -> HTML {
        let sources = person.sources.map { "<li>\($0.text)</li>" as HTML }
        let seen: HTML =
            person.lastSignIn.map { seen in
                "\(account.times.moment(seen))\(person.provider.map { "<span class=\"quiet\"> through \($0)</span>" as HTML })"
            } ?? "<span class=\"quiet\">never</span>"
        let own: HTML? = person.isOneself ? "<span class=\"quiet\">you</span>" : nil
        return """
            <tr><th scope="row">\(person.name)\(own)</th><td data-label="Role">\(person.role.title)</td><td data-label="Source"><ul>\(sources)</ul></td><td data-label="Last sign-in"><span>\(seen)</span></td>\(actions(person))</tr>

            """
    }

    private func actions(_ person: Person) -> HTML? {
        guard formToken != nil else { return nil }
        let revoking = person.sources.compactMap(\.grant).compactMap { grant in
            button("revoke_grant", grant, "Revoke role", "Revoke the stored role of \(person.name)", "danger")
        }
        let sessions =
            person.lastSignIn == nil
            ? nil : button("end_sessions", person.identity, "End sessions", "End the sessions of \(person.name)")
        let suspending = button("suspend", person.identity, "Suspend", "Suspend \(person.name)", "danger")
        return "<td class=\"actions\">\(revoking)\(sessions)\(suspending)</td>"
    }

    private func button(
        _ action: String, _ id: String, _ title: String, _ label: String, _ kind: String = ""
    ) -> HTML? {
        ButtonForm(
            path: path, token: formToken, fields: [("action", action), ("id", id)], title: title, label: label,
            kind: kind
        ).markup
    }

    private var invitationsTable: HTML {
        guard !invitations.isEmpty else { return "<p class=\"empty\">No invitations yet</p>" }
        return """
            <div class="scroll"><table><caption>Invitations</caption>
            <thead><tr><th scope="col">Address</th><th scope="col">Role</th><th scope="col">State</th><th scope="col">Email</th><th scope="col">Invited by</th>\(actionsHeading)</tr></thead>
            <tbody>\(invitations.map(row))</tbody></table></div>
            """
    }

    private func row(_ invitation: Invitation) -> HTML {
        let until: HTML? =
            invitation.state == .pending
            ? "<span class=\"quiet\"> until \(account.times.moment(invitation.expiresAt))</span>" : nil
        let actions: HTML? =
            formToken == nil
            ? nil : "<td class=\"actions\">\(invitation.state == .pending ? pendingActions(invitation) : "")</td>"
        return """
            <tr><th scope="row">\(invitation.email.spelling)</th><td data-label="Role">\(invitation.role.title)</td><td data-label="State"><span>\(invitation.state.rawValue)\(until)</span></td><td data-label="Email"><span>\(email(invitation))</span></td><td data-label="Invited by">\(invitation.inviterEmail?.spelling ?? (invitation.inviter == nil ? "operator" : "a manager"))</td>\(actions)</tr>

            """
    }

    private func pendingActions(_ invitation: Invitation) -> HTML {
        let title = sendsEmail ? "Send again" : "New link"
        let again = button("resend", invitation.id, title, "\(title) for \(invitation.email.spelling)")
        let revoke = button(
            "revoke_invitation", invitation.id, "Revoke", "Revoke the invitation of \(invitation.email.spelling)",
            "danger")
        return "\(again)\(revoke)"
    }

    private func email(_ invitation: Invitation) -> HTML {
        let failure: HTML? = invitation.lastFailure.map { "<span class=\"quiet\"> \($0)</span>" }
        switch invitation.delivery {
        case .link: return "<span class=\"quiet\">link created</span>"
        case .queued:
            return invitation.attempts == 0
                ? "sending" : "sending, failed attempts: \(invitation.attempts)\(failure)"
        case .sent: return "sent"
        case .failed: return "<span class=\"bad\">not delivered</span>\(failure)"
        }
    }

    private var suspensionsSection: HTML? {
        guard !suspensions.isEmpty else { return nil }
        let rows = suspensions.map { suspension -> HTML in
            let name = suspension.email?.spelling ?? suspension.identity.subject.text
            let others = suspension.emails.map(\.spelling).sorted().dropFirst().map {
                "<span class=\"quiet\"> and \($0)</span>" as HTML
            }
            let again: HTML? =
                formToken == nil
                ? nil
                : "<td class=\"actions\">\(button("unsuspend", suspension.id.text, "Reinstate", "Reinstate \(name)"))</td>"
            return """
                <tr><th scope="row">\(name)\(others)</th><td data-label="Since">\(account.times.moment(suspension.createdAt))</td>\(again)</tr>

                """
        }
        return """
            <section aria-labelledby="suspended"><h2 id="suspended">Suspended</h2>
            <div class="scroll"><table><caption>Suspended: overrides every role</caption>
            <thead><tr><th scope="col">Person</th><th scope="col">Since</th>\(actionsHeading)</tr></thead><tbody>\(rows)</tbody></table></div>
            \(more("suspended_after", suspensionsAfter, "More suspended people"))</section>
            """
    }
}
