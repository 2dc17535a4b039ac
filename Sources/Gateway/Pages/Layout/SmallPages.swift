public import Web

/// The user is signed out, and stays signed out until they sign in again.
public struct SignedOutPage: Sendable {
    private let signInURL: String

    /// - Parameter signInURL: the link to sign in again.
    public init(signInURL: String) {
        self.signInURL = signInURL
    }

    public var document: HTML {
        let content: HTML = """
            <div class="card">
            <h1>You are signed out</h1>
            <p>On a shared computer, also close all browser windows.</p>
            <p><a class="button primary" href="\(signInURL)">Sign in again</a></p>
            </div>
            """
        return Page(title: "Signed out", content: content).document
    }
}

/// A page that continues by itself to a URL that a redirect after a form may not reach: browsers apply `form-action`
/// to it.
public struct ContinuePage: Sendable {
    /// The action that continues at the URL.
    public enum Purpose: Sendable {
        case signIn
        case signOut
    }

    private let url: String
    private let purpose: Purpose

    public init(_ purpose: Purpose, url: String) {
        self.purpose = purpose
        self.url = url
    }

    public var document: HTML {
        let (title, text): (String, String) =
            switch purpose {
            case .signIn: ("Signing you in", "Your identity provider is next.")
            case .signOut: ("Signing you out", "You are signed out here. Your identity provider is next.")
            }
        let content: HTML = """
            <div class="card">
            <h1>\(title)</h1>
            <p>\(text)</p>
            <p><a class="button primary" href="\(url)">Continue</a></p>
            </div>
            """
        return Page(title: title, content: content, goesOnTo: url).document
    }
}

/// A failure, with its description and the remedy.
public struct ErrorPage: Sendable {
    /// A link that helps after the failure.
    public struct Action: Sendable {
        public let title: String
        public let url: String

        public init(title: String, url: String) {
            self.title = title
            self.url = url
        }
    }

    private let status: Int
    private let title: String
    private let text: String
    private let requestID: String
    private let action: Action

    /// - Parameter action: the most helpful link; by default the link to the home page.
    public init(status: Int, title: String, text: String, requestID: String, action: Action? = nil) {
        self.status = status
        self.title = title
        self.text = text
        self.requestID = requestID
        self.action = action ?? Action(title: "Back to home", url: "/")
    }

    public var document: HTML {
        let content: HTML = """
            <div class="card">
            <p class="status">Error \(status)</p>
            <h1>\(title)</h1>
            <p>\(text)</p>
            <p><a class="button primary" href="\(action.url)">\(action.title)</a></p>
            \(RequestLine(id: requestID).markup)
            </div>
            """
        return Page(title: title, content: content).document
    }
}

/// The request id by which an administrator finds a request in the log.
struct RequestLine {
    let id: String

    var markup: HTML { "<p class=\"request\">Request ID <code>\(id)</code></p>" }
}

/// The organizations that the user may view.
public struct OrganizationListPage: Sendable {
    /// An organization with the user's role in it.
    public struct Item: Sendable {
        public let name: String
        public let role: String
        public let url: String

        public init(name: String, role: String, url: String) {
            self.name = name
            self.role = role
            self.url = url
        }
    }

    private let account: Account
    private let items: [Item]

    public init(account: Account, items: [Item]) {
        self.account = account
        self.items = items
    }

    public var document: HTML {
        let list = items.map { item -> HTML in
            "<li><a href=\"\(item.url)\"><strong>\(item.name)</strong><span>\(item.role)</span></a></li>"
        }
        let content: HTML = """
            <div class="narrow">
            <h1>Your organizations</h1>
            <ul class="organizations">\(list)</ul>
            </div>
            """
        return Page(title: "Your organizations", account: account, content: content).document
    }
}
