package import Endpoints
internal import HTTPMessage
internal import PageLayout
internal import Web

/// A page with every component in every state, for designers and reviewers. Only the demo serves it.
package enum ComponentSheet {
    /// The page's endpoint. It needs no credential: the page shows samples, and no data.
    package static var endpoint: Endpoint {
        Endpoint("components", .get, "/demo/components", .page, .anyone(.now { _, _ in .page(.ok, document) }))
    }

    /// The whole page.
    static var document: HTML {
        let sections = [
            section("Buttons", buttons), section("Badges", badges), section("People", people),
            section("Conditions", conditions), section("Notices", notices), section("Fields", fields),
            section("Tiles", tiles), section("Lists", list), section("Menus", menus),
            section("Question", question), section("Empty list", "<p class=\"empty\">No invitations yet</p>"),
            section("Icons", icons),
        ]
        let head = PageHead(
            "Components", path: [("Gatehouse", "/")],
            explanation: "Every part of the pages in every state, in the colours that your system prefers.",
            actions: "<a class=\"button\" href=\"/\">Back to home</a>")
        return Page(title: "Components", content: head.markup + "\(sections)").document
    }

    private static func section(_ title: String, _ content: HTML) -> HTML {
        "<section class=\"samples\"><h2>\(title)</h2>\(content)</section>\n"
    }

    private static var buttons: HTML {
        """
        <div class="sample"><button type="button" class="primary">Invite people</button><button type="button">Export</button><button type="button" class="plain">Clear</button><button type="button" class="destructive">Suspend Vic Moreno</button><button type="button" class="slim">Explain</button><a class="button" href="/">Back to home</a><span class="button" aria-disabled="true">Previous</span></div>
        """
    }

    private static var badges: HTML {
        let all: [Badge] = [
            Badge(.near, "Near limit"), Badge(.over, "Over limit"), Badge(.near, "Email not verified"),
            Badge(.good, "Email verified"), Badge(.over, "Denied"), Badge(.accent, "Pending"), Badge(.good, "Accepted"),
            Badge(.neutral, "Expired"), Badge(.neutral, "Revoked"), Badge(.near, "Not delivered"),
            Badge(.neutral, "You"),
            Badge(.neutral, "This session"), Badge(.near, "No owner"), Badge(.near, "Almost matches"),
            Badge(.neutral, "Doesn’t match"), Badge(.neutral, "Claim missing"),
        ]
        return "<div class=\"sample\">\(all.map(\.markup))<span class=\"pill\">36</span></div>"
    }

    /// A member, a user whose address is not verified, a user without a name, and one without an address.
    static let samplePeople = [
        PersonCell(
            name: "Vic Moreno", address: .verified("vic.moreno@acme.example"), provider: "Acme Okta",
            subject: "00u4h2x8s1k9k2d", badges: [Badge(.neutral, "You")]),
        PersonCell(
            name: "Carla Reyes", address: .unverified("ceo@acme.example"), provider: "Acme Okta",
            subject: "00u9zz81kq0p77aa"),
        PersonCell(name: nil, address: .unverified("ceo@acme.example"), provider: "Acme Okta", subject: "00u1"),
        PersonCell(name: nil, address: .none, provider: nil, subject: "00u4h2x8s1k9k2d"),
    ]

    private static var people: HTML {
        let rows = samplePeople.map { person -> HTML in
            "<tr\(person.rowClass)><td>\(person.markup)</td><td data-label=\"Role\">Organization Viewer</td></tr>"
        }
        return """
            <div class="scroll"><table><caption class="hidden">People</caption><thead><tr><th scope="col">Person</th><th scope="col">Role</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }

    private static var conditions: HTML {
        let all = [
            ConditionChip(claim: "groups", comparison: "is", value: "acme-soc-leads"),
            ConditionChip(claim: "groups", comparison: "matches pattern", value: "acme-soc-*"),
            ConditionChip(claim: "email", comparison: "exists", value: nil),
        ]
        return "<div class=\"sample\">\(all.map(\.markup))</div>"
    }

    private static var notices: HTML {
        let undo = ButtonForm(path: "/demo/components", token: "", fields: [], title: "Undo")
        return [
            Notice(
                .done, "<strong>Vic Moreno</strong> was suspended. 2 sessions ended.", button: undo,
                dismissal: "/demo/components"),
            Notice(.caution, "This rule lets in an account whose email address isn’t verified."),
            Notice(.trouble, "The organization would have no manager left."),
            Notice(.info, "Your session has ended. Sign in to continue."),
        ].map(\.markup).reduce("", +)
    }

    private static var fields: HTML {
        let all = [
            FormField("plain", "Email address", .email, placeholder: "you@company.com"),
            FormField("hinted", "Claim", value: "groups", hint: "The name as the provider sends it."),
            FormField(
                "faulty", "Value", value: "", fault: "Enter the value that the claim must have."),
            FormField("lines", "Email addresses", .lines(count: 3), value: "bob@acme.example"),
            FormField("select", "Role", .select([("viewer", "Organization Viewer")]), value: "viewer"),
        ]
        return "<div class=\"panel sample-form\">\(all.map { $0.markup })</div>"
    }

    private static var menus: HTML {
        let menu = RowMenu(
            on: "Vic Moreno",
            [
                [RowMenu.Item("Explain access", url: "/"), RowMenu.Item("Show in audit log", url: "/")],
                [RowMenu.Item("Suspend…", url: "/", isDestructive: true)],
            ])
        return "<div class=\"sample\">\(menu.markup)</div>"
    }

    private static var list: HTML {
        let toolbar = ListToolbar(
            filters: [
                ListToolbar.Filter("All", url: "/demo/components", count: 36, isCurrent: true),
                ListToolbar.Filter("Empty", url: "/demo/components", count: 1, isCurrent: false),
            ], action: "/demo/components",
            fields: [
                .search(name: "q", label: "Search workspaces", value: ""),
                .select(name: "role", label: "Any role", options: [("", "Any role")], chosen: ""),
            ], clear: nil)
        let pager = Pager(page: 2, limit: 25, shown: 3, matches: 28, all: 36) { _, _ in "/demo/components" }
        return "<div class=\"panel\">\(toolbar.markup)\(pager.markup)</div>"
    }

    private static var question: HTML {
        ConfirmationForm(
            "Suspend Vic Moreno?", "Vic loses access to Acme Corporation at once. You can reinstate Vic at any time.",
            person: samplePeople[0],
            consequences: ["2 sessions end.", "1 pending invitation that Vic sent is revoked."],
            path: "/demo/components", token: "", fields: [],
            inputs: [FormField("reason", "Reason (optional)", hint: "Managers see it in the audit log.", maximum: 500)],
            button: "Suspend Vic Moreno", cancel: "/demo/components"
        ).markup
    }

    private static var icons: HTML {
        let all = Icon.allCases.map { "<span class=\"sample-icon\">\($0.markup)\("\($0)")</span>" as HTML }
        return "<div class=\"sample\">\(all)<span class=\"sample-icon\">\(Icon.mark)mark</span></div>"
    }
}
