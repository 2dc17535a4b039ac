public import Identities
internal import PageLayout
internal import SignInFlow
public import Web

/// The choice of a provider for a sign-in.
public struct SignInPage: Sendable {
    /// One provider.
    public struct Choice: Sendable {
        public let name: String
        public let url: String

        public init(name: String, url: String) {
            self.name = name
            self.url = url
        }
    }

    /// The reason why no provider was selected.
    public enum Message: Sendable {
        /// No provider has this email domain, id or issuer.
        case unknown
        /// No provider has a `client_id`.
        case noProvider
    }

    private let choices: [Choice]
    private let offersEmail: Bool
    private let organization: OrganizationID?
    private let returnTo: String?
    private let message: Message?

    /// - Parameters:
    ///   - offersEmail: true if the page has a field for an address, which selects the provider.
    ///   - organization: the organization, kept as context.
    ///   - returnTo: the path of this site that the user wanted to open.
    public init(
        choices: [Choice], offersEmail: Bool, organization: OrganizationID? = nil, returnTo: String? = nil,
        message: Message? = nil
    ) {
        self.choices = choices
        self.offersEmail = offersEmail
        self.organization = organization
        self.returnTo = returnTo
        self.message = message
    }

    public var document: HTML {
        let content: HTML = """
            <div class="card">
            <h1>Sign in</h1>
            \(notice)
            \(emailForm, if: offersEmail)
            \(separator, if: offersEmail && !choices.isEmpty)
            \(choiceList, if: !choices.isEmpty)
            </div>
            """
        return Page(title: "Sign in", content: content).document
    }

    private var notice: HTML? {
        switch message {
        case .unknown:
            """
            <p class="notice" role="alert">No identity provider matches your email address or link. Check the spelling, and use your work email address.</p>
            """
        case .noProvider:
            """
            <p class="notice" role="alert">Sign-in isn't set up yet: no provider in the configuration has a client_id. Tell your administrator.</p>
            """
        case nil: nil
        }
    }

    private var emailForm: HTML {
        """
        <form method="get" action="\(SignInPaths.login.text)">
        <input type="hidden" name="from" value="form">\(hidden("organization", organization?.text))\(hidden("return_to", returnTo))
        <label for="email">Work email</label>
        <input id="email" name="email" type="email" autocomplete="username" required maxlength="254">
        <button class="primary" type="submit">Continue</button>
        </form>
        """
    }

    private let separator: HTML = "<p class=\"or\"><span>or with</span></p>"

    private var choiceList: HTML {
        let items = choices.map { choice -> HTML in
            "<li><a class=\"button\" href=\"\(choice.url)\">\(choice.name)</a></li>"
        }
        return "<ul class=\"choices\" aria-label=\"Identity providers\">\(items)</ul>"
    }

    private func hidden(_ name: String, _ value: String?) -> HTML? {
        value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" }
    }
}
