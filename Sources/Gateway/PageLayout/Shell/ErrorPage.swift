public import Web

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
    private let account: Account?
    private let organization: OrganizationHeader?

    /// - Parameters:
    ///   - account: the signed-in user; nil if there is none.
    ///   - organization: the organization that the user may see and that the page belongs to.
    ///   - action: the most helpful link; by default the link to the home page.
    public init(
        status: Int, title: String, text: String, requestID: String, account: Account? = nil,
        organization: OrganizationHeader? = nil, action: Action? = nil
    ) {
        self.account = account
        self.organization = organization
        self.status = status
        self.title = title
        self.text = text
        self.requestID = requestID
        self.action = action ?? Action(title: "Back to home", url: "/")
    }

    public var document: HTML {
        let content: HTML = """
            <div class="narrow">
            <p class="status">Error \(status)</p>
            <h1>\(title)</h1>
            <p>\(text)</p>
            <p><a class="button primary" href="\(action.url)">\(action.title)</a></p>
            \(RequestIDLine(id: requestID).markup)
            </div>
            """
        return Page(title: title, account: account, place: organization.map { ($0, nil) }, content: content).document
    }
}

/// The request id by which an administrator finds a request in the log.
package struct RequestIDLine {
    let id: String

    package init(id: String) {
        self.id = id
    }

    package var markup: HTML { "<p class=\"request\">Request ID <code>\(id)</code></p>" }
}
