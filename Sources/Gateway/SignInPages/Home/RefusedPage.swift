public import Identities
public import PageLayout
internal import Text
public import Time
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
    private let signedInAt: Timestamp?
    private let others: [OrganizationListPage.Item]
    private let requestID: String

    /// - Parameters:
    ///   - signedInAt: the beginning of the session; nil for a caller without one.
    ///   - others: the organizations in which the user has a role.
    public init(
        account: Account, provider: String, issuer: Issuer, subject: Subject, email: Email, groups: Groups,
        missing: Missing?, signedInAt: Timestamp?, others: [OrganizationListPage.Item], requestID: String
    ) {
        self.account = account
        self.provider = provider
        self.issuer = issuer
        self.subject = subject
        self.email = email
        self.groups = groups
        self.missing = missing
        self.signedInAt = signedInAt
        self.others = others
        self.requestID = requestID
    }

    public var document: HTML {
        let advice = [missingAdvice, advice].compactMap { $0 }
        let list: HTML? = advice.isEmpty ? nil : "<h2>What to do</h2><ul class=\"advice\">\(advice)</ul>"
        // The first form loads this page again, without naming the organization.
        let content: HTML = """
            <div class="refusal">
            <span class="emblem">\(Icon.lock.markup)</span>
            <h1>You don't have access to this organization</h1>
            <p>You signed in, and your account has no role here. Managers see the request of everyone who signs in to their organization. If it's urgent, send them the details below.</p>
            <section class="panel" aria-labelledby="details" data-copy="Copy details"><header><h2 id="details">Your account</h2></header>
            <dl class="facts">\(details)</dl></section>
            <div class="buttons"><form method="get"><button type="submit" class="primary">Check again</button></form>\(account.signOut(title: "Use another account", isSwitch: true))</div>
            \(list)\(otherList)
            </div>
            """
        return Page(title: "No access", account: account, content: content).document
    }

    private var details: [HTML] {
        let rows: [(String, HTML?)] = [
            ("Name", isNameStated ? "\(account.name)" : nil),
            ("Email", email.markup), ("Groups", groupText),
            ("Provider", "\(provider) <span class=\"quiet small\">\(issuer.text)</span>"),
            ("User ID at the provider", "<code>\(subject.text)</code>"),
            ("Signed in", signedInAt.map { account.times.precise($0) }), ("Reason", "\(reason)"),
            ("Reference", "<code>\(requestID)</code>"),
        ]
        return rows.compactMap { name, value in
            value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>\n" as HTML }
        }
    }

    /// Whether the account's name is not the address or the user ID.
    private var isNameStated: Bool {
        !email.address.isExactly(account.name) && !subject.text.isExactly(account.name)
    }

    /// The reason as far as it depends on the user's own account. Rules are not disclosed.
    private var reason: String {
        if missing != nil { return "Details of your account are missing" }
        switch (email, groups) {
        case (.unverified, _): return "Your email address isn't verified"
        case (_, .leftOut): return "Your groups are missing"
        default: return "No rule matches your account"
        }
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
        case .names(let names) where names.isEmpty: "None"
        case .names(let names):
            HTML(
                text: names.prefix(20).joined(separator: ", ")
                    + (names.count > 20 ? ", and \(names.count - 20) more" : ""))
        case .leftOut: "Left out by your identity provider"
        case .absent: "Not sent by your identity provider"
        case .unknown: "Not known"
        }
    }

    private var otherList: HTML? {
        guard !others.isEmpty else { return nil }
        let items = others.map { item -> HTML in "<li><a href=\"\(item.url)\">\(item.name)</a></li>" }
        return "<h2>Organizations you have access to</h2><ul>\(items)</ul>"
    }
}

extension RefusedPage.Email {
    var address: String? {
        switch self {
        case .verified(let address), .unverified(let address, _): address.spelling
        case .absent, .unknown: nil
        }
    }

    /// The address with the state of its verification.
    var markup: HTML {
        switch self {
        case .verified(let address): "\(address.spelling) \(Badge(.good, "Email verified").markup)"
        case .unverified(let address, .denied):
            "<span class=\"doubtful\">\(address.spelling)</span> \(Badge(.near, "Email not verified").markup)"
        case .unverified(let address, _):
            "<span class=\"doubtful\">\(address.spelling)</span> \(Badge(.near, "Not known to be verified").markup)"
        case .absent: "Not sent by your identity provider"
        case .unknown: "Not known"
        }
    }
}
