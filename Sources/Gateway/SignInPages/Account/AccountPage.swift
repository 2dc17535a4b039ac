internal import Endpoints
public import Identities
public import PageLayout
public import Time
public import Web

/// The user's own account: identity, roles, sessions, and the time zone of the pages.
public struct AccountPage: DocumentPage {
    /// The user's identity, as its provider states it.
    public struct Identity: Sendable {
        let name: String?
        let email: RefusedPage.Email
        let provider: String
        let subject: Subject

        /// - Parameters:
        ///   - name: the user's full name; nil if the provider does not send it.
        ///   - provider: the name of the provider.
        ///   - subject: the user's ID at the provider.
        public init(name: String?, email: RefusedPage.Email, provider: String, subject: Subject) {
            self.name = name
            self.email = email
            self.provider = provider
            self.subject = subject
        }
    }

    /// A role of the user in an organization.
    public struct Membership: Sendable {
        /// The source of a role.
        public enum Source: Sendable {
            case claimMapping
            /// A stored role, from an invitation or from the operator.
            case grant
        }

        let organization: String
        /// The path of the organization's page; nil if the role does not open it.
        let path: String?
        let role: String
        let source: Source

        public init(organization: String, path: String?, role: String, source: Source) {
            self.organization = organization
            self.path = path
            self.role = role
            self.source = source
        }
    }

    /// An active session of the user.
    public struct Session: Sendable {
        let id: String
        let device: String
        let address: String
        let createdAt: Timestamp
        let usedAt: Timestamp
        let isCurrent: Bool

        /// - Parameters:
        ///   - device: the browser and the system of the sign-in.
        ///   - address: the IP address of the sign-in.
        ///   - usedAt: the time of the last use.
        ///   - isCurrent: true if the page was requested in this session.
        public init(
            id: String, device: String, address: String, createdAt: Timestamp, usedAt: Timestamp, isCurrent: Bool
        ) {
            self.id = id
            self.device = device
            self.address = address
            self.createdAt = createdAt
            self.usedAt = usedAt
            self.isCurrent = isCurrent
        }
    }

    private let account: Account
    private let identity: Identity
    private let memberships: [Membership]
    private let sessions: [Session]
    public var notice: Notice?

    public init(account: Account, identity: Identity, memberships: [Membership], sessions: [Session]) {
        self.account = account
        self.identity = identity
        self.memberships = memberships
        self.sessions = sessions
    }

    public var document: HTML {
        let name = identity.name.map { "<dt>Name</dt><dd>\($0)</dd>" as HTML }
        let content: HTML = """
            \(PageHead("Your account").markup)
            \(notice?.markup)
            <section aria-labelledby="identity"><h2 id="identity">Identity</h2>
            <p class="hint">Your identity provider supplies these details. Change them there.</p>
            <dl>
            \(name)
            <dt>Email</dt><dd>\(identity.email.markup)</dd>
            <dt>Provider</dt><dd>\(identity.provider)</dd>
            <dt>User ID at the provider</dt><dd><code>\(identity.subject.text)</code></dd>
            </dl></section>
            <section aria-labelledby="organizations"><h2 id="organizations">Organizations</h2>
            \(membershipTable)</section>
            <section aria-labelledby="sessions"><h2 id="sessions">Sessions</h2>
            \(sessionTable)</section>
            <section aria-labelledby="zone"><h2 id="zone">Time zone</h2>
            <p>Times on the pages are in UTC.</p></section>
            """
        return Page(
            title: "Your account", account: account, content: content
        ).document
    }

    private var membershipTable: HTML {
        guard !memberships.isEmpty else {
            return "<p class=\"empty\">No roles yet. Ask a manager of an organization for an invitation.</p>"
        }
        let rows = memberships.map { membership -> HTML in
            let name: HTML =
                membership.path.map { "<a href=\"\($0)\">\(membership.organization)</a>" }
                ?? HTML(text: membership.organization)
            return """
                <tr><th scope="row">\(name)</th><td data-label="Role">\(membership.role)</td><td data-label="Source">\(membership.source.title)</td></tr>

                """
        }
        return """
            <div class="scroll"><table><caption>Your roles and their sources</caption>
            <thead><tr><th scope="col">Organization</th><th scope="col">Role</th><th scope="col">Source</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>
            """
    }

    private var sessionTable: HTML {
        guard !sessions.isEmpty else { return "<p class=\"empty\">No sessions</p>" }
        let heading: HTML? = account.formToken == nil ? nil : "<th scope=\"col\">Actions</th>"
        return """
            <div class="scroll"><table><caption>Browsers that are signed in to your account</caption>
            <thead><tr><th scope="col">Device</th><th scope="col">IP address</th><th scope="col">Signed in</th><th scope="col">Last used</th>\(heading)</tr></thead>
            <tbody>\(sessions.map(row))</tbody></table></div>
            """
    }

    private func row(_ session: Session) -> HTML {
        let current: HTML? = session.isCurrent ? "<span class=\"quiet\"> This session</span>" : nil
        let button = ButtonForm(
            path: Paths.account.text, token: account.formToken,
            fields: [("action", "end_session"), ("id", session.id)], title: "End",
            label: "End the session of \(session.device), \(session.address)", kind: "danger"
        ).markup
        let actions = button.map { "<td class=\"actions\">\($0)</td>" as HTML }
        return """
            <tr><th scope="row">\(session.device)\(current)</th><td data-label="IP address">\(session.address)</td><td data-label="Signed in">\(account.times.moment(session.createdAt))</td><td data-label="Last used">\(account.times.moment(session.usedAt))</td>\(actions)</tr>

            """
    }
}

extension AccountPage.Membership.Source {
    fileprivate var title: String {
        switch self {
        case .claimMapping: "Claim rule"
        case .grant: "Stored role"
        }
    }
}
