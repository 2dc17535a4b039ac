public import Identities
public import PageLayout
public import Web

/// The refusal for a signed-in user without a role: identical whether or not the organization exists.
public struct RefusedPage: Sendable {
    /// The sign-in's claim about the user's own address.
    public enum Email: Sendable {
        case verified(EmailAddress)
        case unverified(EmailAddress, Doubt)
        case absent
        /// The provider's claim could not be obtained.
        case unknown
    }

    /// The reason why an address does not count as verified.
    public enum Doubt: Sendable {
        /// The provider does not say whether it is verified.
        case notStated
        /// The provider says that it is not verified.
        case denied
        /// The provider's value is neither true nor false.
        case unreadable
    }

    /// The sign-in's claim about the user's own groups.
    public enum Groups: Sendable {
        case names([String])
        /// The provider left the groups out because there are too many, or keeps them at another endpoint.
        case leftOut
        case absent
        /// The provider's claim could not be obtained.
        case unknown
    }

    /// The reason why some of the provider's claims are unknown.
    public enum Missing: Sendable {
        /// The provider did not answer the userinfo request.
        case userinfo
        /// The last sign-in is too long ago.
        case lapsed
    }

    private let account: Account
    private let provider: String
    private let issuer: Issuer
    private let subject: Subject
    private let email: Email
    private let groups: Groups
    private let missing: Missing?
    private let others: [OrganizationListPage.Item]
    private let requestID: String

    /// - Parameter others: the organizations in which the user has a role.
    public init(
        account: Account, provider: String, issuer: Issuer, subject: Subject, email: Email, groups: Groups,
        missing: Missing?, others: [OrganizationListPage.Item], requestID: String
    ) {
        self.account = account
        self.provider = provider
        self.issuer = issuer
        self.subject = subject
        self.email = email
        self.groups = groups
        self.missing = missing
        self.others = others
        self.requestID = requestID
    }

    public var document: HTML {
        let content: HTML = """
            <div class="card wide">
            <p class="status">No access</p>
            <h1>You don't have access to this organization</h1>
            <p>You are signed in, but you have no role in this organization. It may not exist, or its managers haven't given you access yet.</p>
            <h2>What to do</h2>
            <ul class="advice">
            \(missingAdvice)
            \(advice)
            <li>Ask a manager of the organization to invite you, or to map one of your groups to a role. Send them the details below.</li>
            <li>If you have another account, sign out and sign in with that account.</li>
            </ul>
            <h2>Your account</h2>
            <dl>
            <dt>Email</dt><dd>\(email.markup)</dd>
            <dt>Groups</dt><dd>\(groupText)</dd>
            <dt>Signed in through</dt><dd>\(provider) <span class="quiet">\(issuer.text)</span></dd>
            <dt>User ID at the provider</dt><dd><code>\(subject.text)</code></dd>
            </dl>
            \(otherList)
            <div class="row">\(account.signOut(title: "Sign in as someone else", isSwitch: true))</div>
            \(RequestIDLine(id: requestID).markup)
            </div>
            """
        return Page(title: "No access", account: account, content: content).document
    }

    private var missingAdvice: HTML? {
        switch missing {
        case .userinfo:
            """
            <li>Your identity provider didn't return all details of your account, so the missing ones aren't used. Sign out and sign in again in a few minutes. If that doesn't help, tell your administrator the request ID.</li>
            """
        case .lapsed:
            """
            <li>Some details of your account are too old to be used. Sign out and sign in again.</li>
            """
        case nil: nil
        }
    }

    private var advice: HTML? {
        switch (email, groups) {
        case (.unverified(_, .denied), _):
            """
            <li>Your identity provider says that your email address is not verified, so it isn't accepted. Verify it there, then sign in again.</li>
            """
        case (.unverified(_, .notStated), _):
            """
            <li>Your identity provider doesn't say whether your email address is verified, so it isn't accepted. Ask the administrator of this gateway whether addresses of your domain can be trusted.</li>
            """
        case (.unverified(_, .unreadable), _):
            """
            <li>Your identity provider sends an invalid verification status for your email address, so the address isn't accepted. Tell the administrator of this gateway the request ID.</li>
            """
        case (_, .leftOut):
            """
            <li>Your identity provider omitted your groups, usually because there are too many. Ask its administrator to send only those that are assigned to this application.</li>
            """
        case (.absent, _):
            """
            <li>Your identity provider didn't send your email address. Ask its administrator to release it to this application.</li>
            """
        default: nil
        }
    }

    private var groupText: HTML {
        switch groups {
        case .names(let names) where names.isEmpty: "none"
        case .names(let names):
            HTML(
                text: names.prefix(20).joined(separator: ", ")
                    + (names.count > 20 ? ", and \(names.count - 20) more" : ""))
        case .leftOut: "omitted by your identity provider"
        case .absent: "not sent by your identity provider"
        case .unknown: "not known"
        }
    }

    private var otherList: HTML? {
        guard !others.isEmpty else { return nil }
        let items = others.map { item -> HTML in "<li><a href=\"\(item.url)\">\(item.name)</a></li>" }
        return "<h2>Organizations you have access to</h2><ul>\(items)</ul>"
    }
}

extension RefusedPage.Email {
    /// The address with the state of its verification.
    var markup: HTML {
        switch self {
        case .verified(let address): "\(address.spelling) <span class=\"quiet\">verified</span>"
        case .unverified(let address, .denied): "\(address.spelling) <strong class=\"bad\">not verified</strong>"
        case .unverified(let address, _): "\(address.spelling) <strong class=\"bad\">not known to be verified</strong>"
        case .absent: "not sent by your identity provider"
        case .unknown: "not known"
        }
    }
}
