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
        /// No provider has the id or issuer of a link, or the domain of its address.
        case unknown
        /// No provider has the domain of the address that the user typed.
        case unknownAddress(String)
        /// The user typed no full address.
        case faultyAddress(String)
        /// No provider has a `client_id`.
        case noProvider
    }

    private let choices: [Choice]
    private let offersEmail: Bool
    private let organization: OrganizationID?
    private let returnTo: String?
    private let isAfterSession: Bool
    private let message: Message?

    /// - Parameters:
    ///   - offersEmail: true if the page has a field for an address, which selects the provider.
    ///   - organization: the organization, kept as context.
    ///   - returnTo: the path of this site that the user wanted to open.
    ///   - isAfterSession: true if the browser's session ended.
    public init(
        choices: [Choice], offersEmail: Bool, organization: OrganizationID? = nil, returnTo: String? = nil,
        isAfterSession: Bool = false, message: Message? = nil
    ) {
        self.choices = choices
        self.offersEmail = offersEmail
        self.organization = organization
        self.returnTo = returnTo
        self.isAfterSession = isAfterSession
        self.message = message
    }

    public var document: HTML {
        let content: HTML = """
            <div class="sign-in">
            \(Icon.mark)
            <h1>Sign in to Gatehouse</h1>
            <p class="explanation">Continue with your company’s sign-in.</p>
            \(notice)
            \(emailForm, if: offersEmail)
            \(separator, if: offersEmail && !choices.isEmpty)
            \(choiceList, if: !choices.isEmpty)
            <p class="note">No access yet? Ask a manager for an invitation.</p>
            </div>
            """
        return Page(title: "\(fault == nil ? "" : "1 error · ")Sign in", hasHeader: false, content: content).document
    }

    private var notice: HTML? {
        switch message {
        case .unknown:
            Notice(
                .caution,
                "No identity provider matches your email address or link. Check the spelling, and use your work email address."
            ).markup
        case .noProvider:
            Notice(
                .caution,
                "Sign-in isn't set up yet: no provider in the configuration has a client_id. Tell your administrator."
            ).markup
        case .unknownAddress, .faultyAddress, nil:
            isAfterSession ? Notice(.info, "Your session has ended. Sign in to continue.").markup : nil
        }
    }

    /// What is wrong with the typed address.
    private var fault: (typed: String, text: String)? {
        switch message {
        case .faultyAddress(let typed): (typed, "Enter a full email address, such as you@company.com.")
        case .unknownAddress(let typed):
            (typed, "No identity provider matches this address. Check the spelling, and use your work email address.")
        case .unknown, .noProvider, nil: nil
        }
    }

    private var emailForm: HTML {
        let (typed, text) = (fault?.typed ?? "", fault?.text)
        let state: HTML =
            text == nil ? " autofocus" : " aria-invalid=\"true\" aria-describedby=\"email-fault\" autofocus"
        let message = text.map { "<p class=\"fault\" id=\"email-fault\">\(Icon.cross.markup)\($0)</p>" as HTML }
        // The server's message says more than the browser's own one.
        return """
            <form method="get" action="\(SignInPaths.login.text)" novalidate>
            <input type="hidden" name="from" value="form">\(hidden("organization", organization?.text))\(hidden("return_to", returnTo))
            <div class="field"><label for="email">Work email</label>
            <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="\(typed)"\(state)>\(message)</div>
            <button class="primary" type="submit">Continue</button>
            </form>
            """
    }

    private let separator: HTML = "<p class=\"or\"><span>or</span></p>"

    private var choiceList: HTML {
        let items = choices.map { choice -> HTML in
            "<li><a class=\"button\" href=\"\(choice.url)\">\(Icon.key.markup)Continue with \(choice.name)</a></li>"
        }
        return "<ul class=\"choices\" aria-label=\"Identity providers\">\(items)</ul>"
    }

    private func hidden(_ name: String, _ value: String?) -> HTML? {
        value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" }
    }
}
