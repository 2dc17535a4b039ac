internal import DemoSites
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Text
internal import Time
internal import Web

/// The pages of the demo application.
struct ApplicationPages {
    enum Page: CaseIterable {
        case reports, emea, finance, publicPage

        var path: String {
            switch self {
            case .reports: "/"
            case .emea: "/emea"
            case .finance: "/finance"
            case .publicPage: "/public"
            }
        }

        var title: String {
            switch self {
            case .reports: "Overview"
            case .emea: "EMEA reports"
            case .finance: "Finance reports"
            case .publicPage: "Public page"
            }
        }

        /// The users whom the demo's access rules let through.
        var audience: String {
            switch self {
            case .reports: "Organization Managers and Viewers can open this page."
            case .emea: "Only members of the group acme-soc-emea can open this page."
            case .finance: "Only Organization Managers can open this page."
            case .publicPage: "Everyone can open this page, without signing in. The gateway passes no identity on."
            }
        }
    }

    /// An identity field with the values that arrived.
    typealias Field = (name: String, values: [String])

    /// The stylesheet's path, which needs no sign-in.
    static let stylesheetPath = "/public/style.css"

    let issuer: String
    let keysURL: String
    /// The identity fields of the request; the assertion is the last one.
    let fields: [Field]

    // MARK: Responses

    /// A page for a user whose assertion is verified.
    func response(_ page: Page, to assertion: AssertionCheck.Assertion) -> Response {
        guard page != .finance || assertion.isOfManager else {
            return ApplicationPages.page(
                Status(403), page,
                "<div class=\"verdict bad\" role=\"status\"><strong>You aren't an Organization Manager</strong><p>The assertion is verified, but its role does not open this page.</p></div>"
            )
        }
        let end = assertion.end.map { " until \($0.rfc3339)" } ?? ""
        return ApplicationPages.page(
            .ok, page,
            """
            <p>You are signed in as <strong>\(assertion.person)</strong>\(assertion.standing).</p>
            <div class="verdict good" role="status"><strong>Assertion verified</strong><p>Signed by the gateway at \(issuer) with the key <code>\(assertion.keyID ?? "")</code>, for this application, valid\(end).</p></div>
            <h2>What the assertion says</h2>
            \(ApplicationPages.table(assertion.lines))
            \(received)
            <p class="quiet">The keys are at <a href="\(keysURL)">\(keysURL)</a>.</p>
            """)
    }

    /// The page for a request without a verified assertion. The fields are shown, and believed in nothing.
    func refusal(_ page: Page, _ reason: String) -> Response {
        ApplicationPages.page(
            Status(403), page,
            """
            <div class="verdict bad" role="status"><strong>Assertion not verified</strong><p>\(reason)</p></div>
            <p>This application doesn't know who you are. It doesn't trust the fields below.</p>
            \(received)
            """)
    }

    /// The page that needs no sign-in.
    static func open(_ fields: [Field]) -> Response {
        page(.ok, .publicPage, ApplicationPages(issuer: "", keysURL: "", fields: fields).received)
    }

    static func message(_ status: Status, _ title: String, _ text: String) -> Response {
        frame.response(status, title, "<p>\(text)</p><p><a href=\"/\">Back to the reports</a></p>")
    }

    // MARK: Parts

    private static let frame = DemoPage(
        site: "Reports", mark: "Reports, a demo application behind Gatehouse", stylesheetPath: stylesheetPath)

    private static func page(_ status: Status, _ page: Page, _ content: HTML) -> Response {
        let links = Page.allCases.map { other -> HTML in
            "<a href=\"\(other.path)\"\(" aria-current=\"page\"", if: other == page)>\(other.title)</a>"
        }
        return frame.response(
            status, page.title,
            """
            <nav aria-label="Pages">\(links)<a class="leave" href="/.gatehouse/sign-out">Sign out</a></nav>
            <p>\(page.audience)</p>
            \(content)
            """, isWide: true)
    }

    private var received: HTML {
        let lines = fields.enumerated().map { index, field -> (name: String, value: HTML) in
            let values = field.values.filter { !$0.isEmpty }
            guard let first = values.first else { return (field.name, "<span class=\"quiet\">empty</span>") }
            // The assertion is a credential: a page that shows it would give it away.
            guard index < fields.count - 1 else {
                return (field.name, "<span class=\"quiet\">a token of \(first.utf8.count) bytes</span>")
            }
            return (field.name, "<code>\(values.joined(separator: " | "))</code>")
        }
        return "<h2>Identity fields that arrived</h2>\(ApplicationPages.table(lines))"
    }

    private static func table(_ lines: [(name: String, value: HTML)]) -> HTML {
        let rows = lines.map { line -> HTML in
            "<tr><th scope=\"row\"><code>\(line.name)</code></th><td>\(line.value)</td></tr>"
        }
        return "<table><tbody>\(rows)</tbody></table>"
    }
}

extension AssertionCheck.Assertion {
    fileprivate var person: String { text("name") ?? text("email") ?? text("sub") ?? "a user without a name" }

    /// The role and the organization, in words.
    fileprivate var standing: String {
        let role =
            switch text("role").flatMap(Role.init(rawValue:)) {
            case .manager: ", Organization Manager"
            case .viewer: ", Organization Viewer"
            case .publisher: ", Inventory Publisher"
            case nil: ""
            }
        return role + (text("organization").map { " at \($0)" } ?? "")
    }

    fileprivate var lines: [(name: String, value: HTML)] {
        claims.members.map { member in (member.name, "<code>\(member.value.string ?? member.value.text)</code>") }
    }
}
