internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
package import PageLayout
package import People
internal import Policy
internal import Text
internal import Time
package import Web

/// The members of an organization with the sources of their roles, searched, filtered and paged.
package struct MembersPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let counts: PeopleCounts
    private let query: MemberQuery
    private let page: ListPage<MemberRow>
    /// The providers that the organization lists: ids and names.
    private let providers: [(id: String, name: String)]
    /// The rule that the query names; nil if it does not exist.
    private let rule: MemberRow.Rule?
    package var notice: Notice?

    package init(
        account: Account, organization: OrganizationHeader, counts: PeopleCounts, query: MemberQuery,
        page: ListPage<MemberRow>, providers: [(id: String, name: String)], rule: MemberRow.Rule? = nil
    ) {
        (self.account, self.organization, self.counts) = (account, organization, counts)
        (self.query, self.page, self.providers, self.rule) = (query, page, providers, rule)
    }

    package var document: HTML {
        var notice = notice
        notice?.dismissal = address.url()
        let content: HTML = """
            <div class="panel people-list">\(toolbar)\(ruleLine)
            <div id="results">\(page.items.isEmpty ? nothing : table)\(onlyOneself)
            \(pager)</div></div>
            """
        return organization.peoplePage(account, notice: notice, exports: exports, content)
    }

    private var exports: Exports {
        var query = query
        (query.page, query.limit) = (1, 50)
        return ListExport(
            organization: organization, list: .members, matches: page.matches, isFiltered: query.isSearch,
            path: organization.path(.members), items: MemberListAddress.items(query)
        ).exports
    }

    private var address: MemberListAddress { MemberListAddress(organization: organization, query: query) }

    // MARK: Toolbar

    private var toolbar: HTML {
        ListToolbar(
            filters: PeopleList.members.tabs(in: organization, counts), action: organization.path(.members),
            fields: [
                .search(name: "q", label: "Name, email or user ID", value: query.text),
                .select(
                    name: "role", label: "Role",
                    options: [("", "Any role")] + Role.allCases.sorted(by: >).map { ($0.rawValue, $0.title) },
                    chosen: query.role?.rawValue ?? ""),
                .select(
                    name: "provider", label: "Provider",
                    options: [("", "Any provider")] + providers.map { ($0.id, $0.name) },
                    chosen: query.provider?.text ?? ""),
                .select(
                    name: "source", label: "Source",
                    options: [("", "Any source")] + MemberQuery.Source.allCases.map { ($0.rawValue, $0.title) },
                    chosen: query.source?.rawValue ?? ""),
                .phoneSelect(
                    name: "sort", label: "Sort by",
                    options: MemberQuery.Sort.allCases.map { ($0.rawValue, $0.title) }, chosen: query.sort.rawValue),
                .phoneSelect(
                    name: "order", label: "Order", options: [("asc", "Ascending"), ("desc", "Descending")],
                    chosen: query.isDescending ? "desc" : "asc"),
                .hidden(name: "limit", value: String(query.limit)),
            ] + (query.rule.map { [.hidden(name: "rule", value: $0)] } ?? []),
            clear: query.isSearch ? organization.path(.members) : nil, exports: exports
        ).markup
    }

    private var ruleLine: HTML? {
        guard query.rule != nil else { return nil }
        let name: HTML =
            rule.map { rule in
                let condition = ConditionChip(
                    claim: rule.claim, comparison: rule.match.comparison,
                    value: rule.match == .exists ? nil : rule.value)
                return "People with a role by rule \(rule.rank) \(condition.markup)"
            } ?? "People with a role by a rule that doesn't exist any more"
        return
            "<p class=\"filtered\">\(name) <a href=\"\(address.url { $0.rule = nil })\">Show all members</a></p>"
    }

    private var nothing: HTML {
        guard counts.members > 0 else { return "<p class=\"empty\">No members yet</p>" }
        let search: HTML = query.text.isEmpty ? "No members match these filters" : "No members match “\(query.text)”"
        return "<p class=\"empty\">\(search). <a href=\"\(organization.path(.members))\">Clear search</a></p>"
    }

    private var onlyOneself: HTML? {
        guard counts.members == 1, page.items.first?.isOneself == true, !organization.isReadOnly else { return nil }
        return """
            <p class="empty">Only you so far. Invite a second manager so that nobody is locked out. <a href="\(Paths.newInvitations.path(organization.id.text))?role=\(Role.manager.rawValue)">Invite a manager</a></p>
            """
    }

    // MARK: Rows

    private var table: HTML {
        """
        <table class="people-table">
        <caption class="hidden">Members with their roles and sources</caption>
        <thead><tr>\(heading("Person", .name))\(heading("Role", .role))<th scope="col">Source</th>\(heading("Last sign-in", .lastSignIn, isRight: true))\(organization.isReadOnly ? "" : ColumnHeading.actions)</tr></thead>
        <tbody>
        \(page.items.map(row))
        </tbody></table>
        """
    }

    private func heading(_ title: String, _ sort: MemberQuery.Sort, isRight: Bool = false) -> HTML {
        let isSorted = query.sort == sort
        // Names and roles begin with the first, times with the latest.
        let next = isSorted ? !query.isDescending : sort == .lastSignIn
        let url = address.url {
            ($0.sort, $0.isDescending, $0.page) = (sort, next, 1)
        }
        return ColumnHeading(
            title, url: url, isSorted: isSorted, isDescending: query.isDescending, isRight: isRight
        ).markup
    }

    private func row(_ row: MemberRow) -> HTML {
        let cell = row.cell(url: MemberListAddress.explanation(of: row.id, in: organization))
        let seen: HTML = row.lastSignIn.map(account.times.moment) ?? "<span class=\"zero\">Never</span>"
        let actions: HTML? = organization.isReadOnly ? nil : "<td class=\"row-actions\">\(menu(row).markup)</td>"
        return """
            <tr id="\(row.anchor)" tabindex="-1"\(cell.rowClass)><th scope="row">\(cell.markup)</th><td class="role" data-label="Role">\(row.role?.title ?? "None")</td><td class="sources" data-label="Source">\(row.sourcesMarkup(in: organization))</td><td class="number when" data-label="Last sign-in">\(seen)</td>\(actions)</tr>

            """
    }

    private func menu(_ row: MemberRow) -> RowMenu {
        let grants = row.sources.filter { $0.grant != nil }
        let revoking = grants.map { source in
            RowMenu.Item(
                grants.count == 1 ? "Revoke role…" : "Revoke \(source.role.title)…",
                url: address.url(of: .revokeRole, on: row.id, grant: source.grant), isDestructive: true)
        }
        let ending =
            row.lastSignIn == nil
            ? [] : [RowMenu.Item("End sessions…", url: address.url(of: .endSessions, on: row.id), asks: true)]
        return RowMenu(
            on: row.title,
            [
                [
                    RowMenu.Item(
                        "Explain access", url: MemberListAddress.explanation(of: row.id, in: organization)),
                    RowMenu.Item("Show in audit log", url: MemberListAddress.events(of: row.id, in: organization)),
                ],
                ending + revoking + [
                    RowMenu.Item("Suspend…", url: address.url(of: .suspend, on: row.id), isDestructive: true)
                ],
            ])
    }

    private var pager: HTML {
        Pager(
            page: page.number, limit: query.limit, shown: page.items.count, matches: page.matches, all: page.all
        ) { number, limit in address.url { ($0.page, $0.limit) = (number, limit) } }.markup
    }
}

extension MemberQuery {
    /// Whether the query selects fewer than all members.
    var isSearch: Bool { !text.isEmpty || role != nil || provider != nil || source != nil || rule != nil }
}

extension MemberQuery.Sort {
    fileprivate var title: String {
        switch self {
        case .name: "Name"
        case .role: "Role"
        case .lastSignIn: "Last sign-in"
        }
    }
}

extension MemberQuery.Source {
    fileprivate var title: String {
        switch self {
        case .rule: "Claim rule"
        case .invitation: "Invitation"
        case .operator: "Operator"
        }
    }
}
