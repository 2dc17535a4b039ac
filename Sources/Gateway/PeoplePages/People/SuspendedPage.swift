internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
package import PageLayout
package import People
internal import Policy
internal import Text
package import Time
package import Web

/// The suspended users of an organization: who, why, and what a reinstatement would give back.
package struct SuspendedPage: DocumentPage {
    /// A suspended user.
    package struct Row: Sendable {
        /// The user with the role that a reinstatement gives back.
        let person: MemberRow
        let reason: String?
        /// The name of the manager; nil if it is not known.
        let suspendedBy: String?
        let suspendedAt: Timestamp
        /// Further addresses that are suspended.
        let addresses: [String]

        package init(
            person: MemberRow, reason: String?, suspendedBy: String?, suspendedAt: Timestamp, addresses: [String]
        ) {
            (self.person, self.reason, self.suspendedBy) = (person, reason, suspendedBy)
            (self.suspendedAt, self.addresses) = (suspendedAt, addresses)
        }
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let counts: PeopleCounts
    private let query: SuspendedQuery
    private let page: ListPage<Row>
    package var notice: Notice?

    package init(
        account: Account, organization: OrganizationHeader, counts: PeopleCounts, query: SuspendedQuery,
        page: ListPage<Row>
    ) {
        (self.account, self.organization, self.counts) = (account, organization, counts)
        (self.query, self.page) = (query, page)
    }

    package var document: HTML {
        var notice = notice
        notice?.dismissal = query.url(in: organization)
        var exported = query
        (exported.page, exported.limit) = (1, 50)
        let exports = ListExport(
            organization: organization, list: .suspended, matches: page.matches, isFiltered: !query.text.isEmpty,
            path: organization.path(.members), items: exported.items
        ).exports
        let toolbar = ListToolbar(
            filters: PeopleList.suspended.tabs(in: organization, counts), action: organization.path(.members),
            fields: [
                .search(name: "q", label: "Name, email or user ID", value: query.text),
                .hidden(name: "list", value: "suspended"), .hidden(name: "limit", value: String(query.limit)),
            ], clear: query.text.isEmpty ? nil : PeopleList.suspended.url(in: organization),
            exports: exports)
        let content: HTML = """
            <div class="panel people-list">\(toolbar.markup)
            <div id="results">\(page.items.isEmpty ? nothing : table)
            \(pager)</div></div>
            """
        return organization.peoplePage(account, notice: notice, exports: exports, content)
    }

    private var nothing: HTML {
        guard counts.suspended > 0 else { return "<p class=\"empty\">Nobody is suspended</p>" }
        return """
            <p class="empty">No suspended people match “\(query.text)”. <a href="\(PeopleList.suspended.url(in: organization))">Clear search</a></p>
            """
    }

    private var table: HTML {
        let turned = query.url(in: organization) {
            $0.isAscending.toggle()
            $0.page = 1
        }
        let date = ColumnHeading("Suspended", url: turned, isSorted: true, isDescending: !query.isAscending)
        return """
            <table class="people-table">
            <caption class="hidden">Suspended people. A suspension overrides every role.</caption>
            <thead><tr><th scope="col">Person</th><th scope="col">Reason</th>\(date.markup)<th scope="col">Role if reinstated</th>\(organization.isReadOnly ? "" : ColumnHeading.actions)</tr></thead>
            <tbody>
            \(page.items.map(row))
            </tbody></table>
            """
    }

    private func row(_ row: Row) -> HTML {
        let cell = row.person.cell()
        let reason: HTML = row.reason.map { "<span>\($0)</span>" } ?? "<span class=\"quiet\">No reason given</span>"
        let by = row.suspendedBy.map { "<span class=\"line quiet small\">by \($0)</span>" as HTML }
        let others: HTML? =
            row.addresses.isEmpty
            ? nil
            : "<span class=\"line quiet small\">Also suspends \(row.addresses.joined(separator: ", "))</span>"
        return """
            <tr id="\(row.person.anchor)" tabindex="-1"\(cell.rowClass)><th scope="row">\(cell.markup)</th><td class="reason" data-label="Reason"><div>\(reason)\(by)\(others)</div></td><td class="when" data-label="Suspended">\(account.times.moment(row.suspendedAt))</td><td data-label="Role if reinstated">\(row.person.summary ?? "None")</td>\(actions(row))</tr>

            """
    }

    private func actions(_ row: Row) -> HTML? {
        guard !organization.isReadOnly else { return nil }
        let menu = RowMenu(
            on: row.person.title,
            [
                [
                    RowMenu.Item(
                        "Explain access", url: MemberListAddress.explanation(of: row.person.id, in: organization)),
                    RowMenu.Item(
                        "Show in audit log", url: MemberListAddress.events(of: row.person.id, in: organization)),
                ]
            ])
        return """
            <td class="row-actions"><a class="button slim"\(ConfirmationForm.opener) href="\(query.reinstating(row.person.id, in: organization))">Reinstate…</a>\(menu.markup)</td>
            """
    }

    private var pager: HTML {
        Pager(
            page: page.number, limit: query.limit, shown: page.items.count, matches: page.matches, all: page.all
        ) { number, limit in query.url(in: organization) { ($0.page, $0.limit) = (number, limit) } }.markup
    }
}

/// The search, order and page of the suspended users.
package struct SuspendedQuery: Sendable {
    var text = ""
    var isAscending = false
    var page = 1
    var limit = 50

    package init(text: String = "") { self.text = text }

    /// Reads the query of an address.
    init(_ items: [ExactText: String]) {
        text = String((items["q"] ?? "").prefix(200))
        isAscending = items["order"].isExactly("asc")
        (page, limit) = Pager.place(items)
    }

    fileprivate var items: [AddressItem] {
        [
            ("list", "suspended"), ("q", text), ("order", isAscending ? "asc" : ""),
            ("limit", limit == 50 ? "" : String(limit)), ("page", page == 1 ? "" : String(page)),
        ]
    }

    func url(in organization: OrganizationHeader, _ change: (inout SuspendedQuery) -> Void = { _ in }) -> String {
        var query = self
        change(&query)
        return query.items.address(of: organization.path(.members))
    }

    /// The address of the question whether a user is reinstated.
    func reinstating(_ id: String, in organization: OrganizationHeader) -> String {
        items.address(of: Paths.memberAction.path(organization.id.text, id, MemberAction.reinstate.rawValue))
    }
}
