internal import HTTPMessage
package import Identities
internal import OpenID
internal import Text
package import Web

/// The parameters of `GET /auth/login`.
package struct SignInQuery: Sendable {
    /// The text that names a provider, whether or not there is one of that id.
    var provider: String?
    /// The organization that the sign-in is for, whether or not it exists.
    package var organization: OrganizationID?
    /// The address that the user typed, or that another site passed on.
    package var email: String?
    /// The path to return to; dropped if it is not on this site, or belongs to the sign-in itself.
    package var returnTo: LocalTarget?
    /// Whether the sign-in page's own form sent the query.
    package var isFromForm = false
    /// Whether there is an address, even an empty one.
    private var namesAddress = false
    /// Whether the browser's session ended, which the sign-in page says.
    package var isAfterSession = false
    /// Whether the provider should ask for the account, even if it has a session.
    package var asksWho = false

    /// Returns nil if the query is malformed or repeats a parameter.
    init?(_ items: [(name: String, value: String)]?) {
        guard let items else { return nil }
        var values: [ExactText: String] = [:]
        for (name, value) in items
        where ["provider", "organization", "email", "return_to", "from", "switch", "ended"].contains(exactly: name) {
            guard values.updateValue(value, forKey: ExactText(name)) == nil else { return nil }
        }
        func text(_ name: ExactText, _ limit: Int) -> String? {
            values[name].flatMap { $0.isEmpty || $0.utf8.count > limit ? nil : $0 }
        }
        // An id or an address that is too long is unknown, like one that no provider has.
        provider = text("provider", .max)
        organization = text("organization", 64).flatMap { OrganizationID($0) }
        email = text("email", .max)
        namesAddress = values["email"] != nil
        returnTo = values["return_to"].flatMap(SignInQuery.target)
        isFromForm = values["from"] == "form"
        isAfterSession = (values["ended"]).isExactly("1")
        asksWho = (values["switch"]).isExactly("1")
    }

    /// A retry of a sign-in.
    init(_ attempt: SignInAttempt) {
        provider = attempt.provider.text
        organization = attempt.organization
        returnTo = attempt.returnTo.flatMap(SignInQuery.target)
    }

    /// - Parameter returnTo: the path to return to.
    package init(provider: ProviderID? = nil, organization: OrganizationID? = nil, returnTo: String? = nil) {
        self.provider = provider?.text
        self.organization = organization
        self.returnTo = returnTo.flatMap(SignInQuery.target)
    }

    /// A path of this site to which a sign-in may lead; nil for any other text.
    static func target(_ text: String) -> LocalTarget? {
        LocalTarget(text).flatMap {
            // A handoff goes on after the sign-in; the other steps belong to the sign-in itself.
            $0.text.starts(exactly: "/auth/") && !$0.text.starts(exactly: "\(SignInPaths.handoff.text)?") ? nil : $0
        }
    }

    /// True if the sign-in page's form sent no provider and no full address: its domain needs a name with a dot.
    package var hasFaultyAddress: Bool {
        guard isFromForm, namesAddress, provider == nil else { return false }
        guard let (name, domain) = email?.cut(atLast: "@"), !name.isEmpty else { return true }
        let labels = domain.split(at: ".")
        return labels.count < 2 || labels.contains { $0.isEmpty } || domain.holds(" ") || name.holds("@")
    }

    /// The parameters of this sign-in.
    package var items: [(name: String, value: String)] {
        [
            ("provider", provider), ("organization", organization?.text), ("email", email),
            ("return_to", returnTo?.text),
            ("ended", isAfterSession ? "1" : nil), ("switch", asksWho ? "1" : nil), ("from", isFromForm ? "form" : nil),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    /// The URL that begins this sign-in, without the email address, which stays out of links.
    package var link: String {
        let items = items.filter { $0.name != "email" }
        return items.isEmpty ? SignInPaths.login.text : "\(SignInPaths.login.text)?\(FormEncoding.query(items))"
    }
}
