internal import HTTPMessage
internal import OpenID
internal import Text
internal import Tokens
internal import Web

/// The parameters of `GET /auth/login`.
struct SignInQuery: Sendable {
    var provider: String?
    var organization: String?
    var email: String?
    /// Where one wanted to go; dropped where it is not a path of this site, or one of the sign-in itself.
    var returnTo: LocalTarget?
    /// Whether the sign-in page's own form sent it.
    var isFromForm = false
    /// Whether the provider should ask who one is, although it may know somebody.
    var asksWho = false

    /// `nil` where the query is broken or says something twice.
    init?(_ items: [(name: String, value: String)]?) {
        guard let items else { return nil }
        var values: [ExactText: String] = [:]
        for (name, value) in items
        where ["provider", "organization", "email", "return_to", "from", "switch"].contains(exactly: name) {
            guard values.updateValue(value, forKey: ExactText(name)) == nil else { return nil }
        }
        func text(_ name: ExactText, _ limit: Int) -> String? {
            values[name].flatMap { $0.isEmpty || $0.utf8.count > limit ? nil : $0 }
        }
        provider = text("provider", 64)
        organization = text("organization", 64)
        email = text("email", 254)
        returnTo = values["return_to"].flatMap(SignInQuery.target)
        isFromForm = values["from"] == "form"
        asksWho = (values["switch"]).isExactly("1")
    }

    /// The same sign-in once more.
    init(_ attempt: SignInAttempt) {
        provider = attempt.provider.text
        organization = attempt.organization
        returnTo = attempt.returnTo.flatMap(SignInQuery.target)
    }

    init(provider: String? = nil, organization: String? = nil, returnTo: String? = nil) {
        self.provider = provider
        self.organization = organization
        self.returnTo = returnTo.flatMap(SignInQuery.target)
    }

    private static func target(_ text: String) -> LocalTarget? {
        LocalTarget(text).flatMap { $0.text.starts(exactly: "/auth/") ? nil : $0 }
    }

    /// The address that begins such a sign-in.
    var link: String {
        let items: [(name: String, value: String)] = [
            ("provider", provider), ("organization", organization), ("return_to", returnTo?.text),
            ("switch", asksWho ? "1" : nil),
        ].compactMap { name, value in value.map { (name, $0) } }
        return items.isEmpty ? Route.login.template : "\(Route.login.template)?\(FormEncoding.query(items))"
    }
}
