internal import Endpoints
internal import HTTPMessage
internal import Identities
public import PageLayout
public import Sessions
internal import Text
public import Web

/// The users who signed in for an organization and have no role, with what a manager can do about each.
public struct AccessRequestsPage: DocumentPage {
    /// The part of the list that is shown.
    public struct View: Sendable, Hashable {
        public var state = AccessRequest.State.open
        /// The text that is searched for; empty for all.
        public var text = ""
        public var limit = 50
        public var number = 1

        public init() {}
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let rows: [AccessRequestRow]
    private let view: View
    /// The number of requests that match the search.
    private let matches: Int
    private let counts: [AccessRequest.State: Int]
    /// The token of forms; nil for a program.
    private let formToken: String?
    public var notice: Notice?

    public init(
        account: Account, organization: OrganizationHeader, rows: [AccessRequestRow], view: View, matches: Int,
        counts: [AccessRequest.State: Int], formToken: String?
    ) {
        (self.account, self.organization, self.rows, self.view) = (account, organization, rows, view)
        (self.matches, self.counts, self.formToken) = (matches, counts, formToken)
    }

    private var path: String { organization.path(.requests) }
    private var all: Int { counts[view.state] ?? 0 }

    public var document: HTML {
        let head = PageHead(
            "Access requests",
            explanation: "People who signed in and have no role. They leave this list as soon as they get one.")
        let content: HTML = """
            \(notice?.markup)
            <div class="panel">\(toolbar)
            <div id="results">\(rows.isEmpty ? nothing : table)</div></div>
            """
        return organization.page(.requests, account, head: head, content)
    }

    private var toolbar: HTML {
        let titles: [(AccessRequest.State, String)] = [(.open, "Open"), (.dismissed, "Dismissed")]
        var fields: [ListToolbar.Field] = [
            .search(name: "q", label: "Name, email or user ID", value: view.text)
        ]
        if view.state != .open { fields.append(.hidden(name: "state", value: view.state.rawValue)) }
        if view.limit != View().limit { fields.append(.hidden(name: "limit", value: String(view.limit))) }
        return ListToolbar(
            filters: titles.map { state, title in
                ListToolbar.Filter(
                    title, url: link { ($0.state, $0.number) = (state, 1) }, count: counts[state] ?? 0,
                    isCurrent: state == view.state)
            }, action: path, fields: fields,
            clear: view.text.isEmpty ? nil : link { ($0.text, $0.number) = ("", 1) }
        ).markup
    }

    private var nothing: HTML {
        guard view.text.isEmpty || all == 0 else {
            return """
                <p class="empty">No requests match “\(view.text)”. <a href="\(link { ($0.text, $0.number) = ("", 1) })">Clear search</a></p>
                """
        }
        return view.state == .open
            ? "<p class=\"empty\">No open requests. People who sign in without a role appear here.</p>"
            : "<p class=\"empty\">No dismissed requests</p>"
    }

    // MARK: Rows

    private var table: HTML {
        let pager = Pager(page: view.number, limit: view.limit, shown: rows.count, matches: matches, all: all) {
            number, limit in link { ($0.number, $0.limit) = (number, limit) }
        }
        let action = view.state == .open ? Action.dismiss : .reopen
        let form = ButtonForm.shared(
            action.rawValue, path: path, token: formToken, fields: [("action", action.rawValue)] + view.items)
        return """
            \(form)\(AccessRequestsPage.invited.map(invitationForm))<div class="scroll"><table class="requests"><caption class="hidden">\(view.state == .open ? "Open" : "Dismissed") access requests, the last sign-in first</caption>
            <thead class="hidden"><tr><th scope="col">Person</th><th scope="col">Reason</th><th scope="col">Actions</th><th scope="col">More actions</th></tr></thead>
            <tbody>\(rows.map(row))</tbody></table></div>
            \(pager.markup)
            """
    }

    private func row(_ row: AccessRequestRow) -> HTML {
        """
        <tr\(row.person.rowClass)><th scope="row">\(row.person.markup)</th><td class="why"><p>\(row.explanation(members: organization.path(.members)))</p><p>\(row.attempts(account.times))</p></td><td class="steps"><div>\(steps(row))</div></td><td class="row-actions">\(menu(row))</td></tr>

        """
    }

    private func steps(_ row: AccessRequestRow) -> [HTML] {
        let name = row.person.title
        let id = FormEncoding.encode(row.id)
        let explain: HTML = """
            <a href="\(Paths.explain.path(organization.id.text))?denied=\(id)" aria-label="Explain \(name)">Explain</a>
            """
        guard row.dismissedAt == nil else {
            return [explain, form(.reopen, row, "Reopen")].compactMap { $0 }
        }
        guard !row.person.isUnverified else {
            return [explain, form(.dismiss, row, "Dismiss")].compactMap { $0 }
        }
        let rule: HTML = """
            <a href="\(ruleLink(row))" aria-label="Add a rule for \(name)…">Add a rule…</a>
            """
        return [explain, invitation(row), rule].compactMap { $0 }
    }

    private static let invited = [Role.viewer, .manager]

    /// The form that leads to an invitation with a role. All rows share it, which keeps long lists short.
    private func invitationForm(_ role: Role) -> HTML {
        """
        <form id="as-\(role.rawValue)" method="get" action="\(Paths.newInvitations.path(organization.id.text))"><input type="hidden" name="role" value="\(role.rawValue)"></form>
        """
    }

    /// The menu of roles, each of which leads to a filled form; nil for a user without an address.
    private func invitation(_ row: AccessRequestRow) -> HTML? {
        guard let address = row.address else { return nil }
        let roles = AccessRequestsPage.invited.map { role -> HTML in
            "<li><button form=\"as-\(role.rawValue)\" name=\"email\" value=\"\(address)\">\(role.title)…</button></li>"
        }
        return """
            <details class="menu invite"><summary aria-label="Invite \(row.person.title) as…">Invite as…\(Icon.chevron.markup)</summary><ul class="items">\(roles)</ul></details>
            """
    }

    private func menu(_ row: AccessRequestRow) -> HTML? {
        let log = RowMenu.Item(
            "Show in audit log",
            url: "\(organization.path(.audit))?\(FormEncoding.query([("q", row.subject)]))")
        // A rule for an unverified user takes a further step on its page.
        let rule = RowMenu.Item("Add a rule…", url: ruleLink(row))
        let isDirect = row.dismissedAt == nil && row.person.isUnverified
        let dismissal =
            row.dismissedAt == nil && !isDirect ? [RowMenu.Item(button(.dismiss, row, "Dismiss", label: nil))] : []
        return RowMenu(on: row.person.title, [isDirect ? [rule, log] : [log], dismissal]).markup
    }

    private func ruleLink(_ row: AccessRequestRow) -> String {
        "\(organization.path(.mappings))?\(FormEncoding.query([("add", "1"), ("request", row.id)]))"
    }

    // MARK: Forms

    /// The actions of the page's forms.
    enum Action: String, CaseIterable, FormAction {
        case dismiss, reopen
    }

    private func form(_ action: Action, _ row: AccessRequestRow, _ title: String) -> HTML? {
        button(action, row, title, label: "\(title) the request of \(row.person.title)").markup
    }

    private func button(_ action: Action, _ row: AccessRequestRow, _ title: String, label: String?) -> ButtonForm {
        ButtonForm(
            of: action.rawValue, token: formToken, name: "id", value: row.id, title: title,
            label: label)
    }

    static func fields(_ action: Action, _ id: String, in view: View) -> [(name: String, value: String)] {
        [("action", action.rawValue), ("id", id)] + view.items
    }

    private func link(_ change: (inout View) -> Void) -> String {
        var view = view
        change(&view)
        return view.items.isEmpty ? path : "\(path)?\(FormEncoding.query(view.items))"
    }
}

extension AccessRequestsPage.View {
    /// The parameters of the page's URL; those of the defaults are left out.
    var items: [(name: String, value: String)] {
        let initial = Self()
        let items: [(name: String, value: String?)] = [
            ("state", state == initial.state ? nil : state.rawValue), ("q", text.isEmpty ? nil : text),
            ("limit", limit == initial.limit ? nil : String(limit)), ("page", number == 1 ? nil : String(number)),
        ]
        return items.compactMap { item in item.value.map { (item.name, $0) } }
    }

    /// Reads the parameters; the defaults take the place of those that have no meaning.
    init(_ value: (_ name: String) -> String?) {
        state = value("state").flatMap(AccessRequest.State.init(exactly:)) ?? .open
        text = String((value("q") ?? "").unicodeScalars.prefix(200))
        limit = value("limit").flatMap { Int($0) }.flatMap { Pager.limits.contains($0) ? $0 : nil } ?? limit
        number = max(1, value("page").flatMap { Int($0) } ?? 1)
    }
}
