internal import Endpoints
internal import Grants
internal import HTTPMessage
package import Identities
package import Invitations
package import PageLayout
package import People
internal import Policy
internal import Text
internal import Time
package import Web

/// The invitations of an organization with their states and emails, searched, filtered and paged.
package struct InvitationsPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let counts: PeopleCounts
    private let query: InvitationQuery
    private let page: ListPage<Invitation>
    /// The names of inviters.
    private let names: [IdentityID: String]
    /// The token of forms; nil for a user who may only view.
    private let formToken: String?
    private let sendsEmail: Bool
    package var notice: Notice?
    /// The results whose links are still shown.
    package var results: [String] = []

    /// - Parameter formToken: nil for a user who may only view.
    package init(
        account: Account, organization: OrganizationHeader, counts: PeopleCounts, query: InvitationQuery,
        page: ListPage<Invitation>, names: [IdentityID: String], formToken: String?, sendsEmail: Bool
    ) {
        (self.account, self.organization, self.counts) = (account, organization, counts)
        (self.query, self.page, self.names) = (query, page, names)
        (self.formToken, self.sendsEmail) = (formToken, sendsEmail)
    }

    private var path: String { Paths.invitations.path(organization.id.text) }
    private var address: InvitationListAddress { InvitationListAddress(organization: organization, query: query) }

    package var document: HTML {
        var notice = notice
        notice?.dismissal = address.url()
        let content: HTML = """
            <div class="panel people-list">\(toolbar)
            <div id="results">\(page.items.isEmpty ? nothing : table)
            \(pager)</div></div>
            """
        return organization.peoplePage(account, notice: notice ?? keptLinks, exports: exports, content)
    }

    private var exports: Exports {
        var exported = query
        (exported.page, exported.limit) = (1, 50)
        return ListExport(
            organization: organization, list: .invitations, matches: page.matches, isFiltered: query.isSearch,
            path: path, items: InvitationListAddress.items(exported)
        ).exports
    }

    private var keptLinks: Notice? {
        results.last.map { id in
            let url = [("id", id)].address(of: Paths.invitationLinks.path(organization.id.text))
            return Notice(.info, "New invitation links are still shown to you. <a href=\"\(url)\">Show the links</a>")
        }
    }

    private var toolbar: HTML {
        ListToolbar(
            filters: PeopleList.invitations.tabs(in: organization, counts), action: path,
            fields: [
                .search(name: "q", label: "Email or inviter", value: query.text),
                .select(
                    name: "state", label: "State",
                    options: [("", "Any state")] + Invitation.State.allCases.map { ($0.rawValue, $0.title) },
                    chosen: query.state?.rawValue ?? ""),
                .select(
                    name: "role", label: "Role",
                    options: [("", "Any role")] + [Role.manager, .viewer].map { ($0.rawValue, $0.title) },
                    chosen: query.role?.rawValue ?? ""),
                .phoneSelect(
                    name: "sort", label: "Sort by",
                    options: [("state", "State"), ("email", "Email address"), ("date", "Date")],
                    chosen: query.sort.rawValue),
                .hidden(name: "limit", value: String(query.limit)),
            ], clear: query.isSearch ? path : nil, exports: exports
        ).markup
    }

    private var nothing: HTML {
        guard counts.invitations > 0 else {
            let invite: HTML? =
                formToken == nil
                ? nil : " <a href=\"\(Paths.newInvitations.path(organization.id.text))\">Invite people</a>"
            return "<p class=\"empty\">No invitations yet.\(invite)</p>"
        }
        let search: HTML =
            query.text.isEmpty ? "No invitations match these filters" : "No invitations match “\(query.text)”"
        return "<p class=\"empty\">\(search). <a href=\"\(path)\">Clear search</a></p>"
    }

    // MARK: Rows

    private var table: HTML {
        """
        <table class="people-table">
        <caption class="hidden">Invitations with their states and emails</caption>
        <thead><tr>\(heading("Email address", .email))<th scope="col">Role</th>\(heading("State", .state))\(heading("Date", .date))<th scope="col">Email</th>\(formToken == nil ? "" : ColumnHeading.actions)</tr></thead>
        <tbody>
        \(page.items.map(row))
        </tbody></table>
        """
    }

    private func heading(_ title: String, _ sort: InvitationQuery.Sort) -> HTML {
        let isSorted = query.sort == sort
        let url = address.url {
            ($0.sort, $0.isReversed, $0.page) = (sort, isSorted && !query.isReversed, 1)
        }
        // The usual order of dates is from the newest down.
        return ColumnHeading(title, url: url, isSorted: isSorted, isDescending: query.isReversed != (sort == .date))
            .markup
    }

    private func row(_ invitation: Invitation) -> HTML {
        return """
            <tr id="i-\(invitation.id)" tabindex="-1"><th scope="row"><div class="person"><span class="avatar" aria-hidden="true">\(Icon.mail.markup)</span><div><span class="name">\(invitation.email.spelling)</span><span class="parts">Invited by \(invitation.inviterName(names))</span></div></div></th><td class="role" data-label="Role">\(invitation.role.title)</td><td class="state" data-label="State">\(invitation.state.badge.markup)</td><td class="when" data-label="Date"><span>\(date(invitation))</span></td><td class="email" data-label="Email"><div>\(email(invitation))</div></td>\(actions(invitation))</tr>

            """
    }

    private func date(_ invitation: Invitation) -> HTML {
        let times = account.times
        switch invitation.state {
        case .pending: return "Expires \(times.moment(invitation.expiresAt))"
        case .expired: return "Expired \(times.moment(invitation.expiresAt))"
        case .accepted:
            return invitation.closedAt.map { "Accepted \(times.moment($0))" }
                ?? "Invited \(times.moment(invitation.createdAt))"
        case .revoked:
            return invitation.closedAt.map { "Revoked \(times.moment($0))" }
                ?? "Invited \(times.moment(invitation.createdAt))"
        }
    }

    private func email(_ invitation: Invitation) -> HTML {
        let why = invitation.lastFailure.map {
            "<details class=\"why\"><summary>Why?</summary><p>\($0)</p></details>" as HTML
        }
        switch invitation.delivery {
        case .link: return "Link created"
        case .queued: return "Sending\(why)"
        case .sent: return "Sent"
        case .failed where invitation.state == .pending || why != nil:
            return "\(Badge(.near, "Not delivered").markup)\(why)"
        case .failed: return "Not sent"
        }
    }

    private func actions(_ invitation: Invitation) -> HTML? {
        guard formToken != nil else { return nil }
        let isOpen = invitation.state == .pending || invitation.state == .expired
        let title = sendsEmail ? "Send again" : "New link"
        let again = ButtonForm(
            path: path, token: formToken, fields: [("action", "resend"), ("id", invitation.id)], title: title,
            label: "\(title) for \(invitation.email.spelling)", kind: "slim")
        let revoking =
            invitation.state == .pending
            ? [
                RowMenu.Item(
                    "Revoke…",
                    url: address.revoking(invitation.id), isDestructive: true)
            ] : []
        let menu = RowMenu(
            on: "the invitation of \(invitation.email.spelling)",
            [
                [
                    RowMenu.Item(
                        "Show in audit log", url: MemberListAddress.events(of: invitation.id, in: organization))
                ], revoking,
            ])
        return "<td class=\"row-actions\">\(isOpen ? again.markup : nil)\(menu.markup)</td>"
    }

    private var pager: HTML {
        Pager(
            page: page.number, limit: query.limit, shown: page.items.count, matches: page.matches, all: page.all
        ) { number, limit in address.url { ($0.page, $0.limit) = (number, limit) } }.markup
    }
}

extension Invitation {
    /// The inviter as lists name one.
    ///
    /// - Parameter names: the names of inviters.
    func inviterName(_ names: [IdentityID: String]) -> String {
        inviter.map { names[$0] ?? inviterEmail?.spelling ?? "a manager" } ?? "the operator"
    }
}

extension InvitationState {
    fileprivate var title: String {
        switch self {
        case .pending: "Pending"
        case .accepted: "Accepted"
        case .revoked: "Revoked"
        case .expired: "Expired"
        }
    }

    fileprivate var badge: Badge {
        switch self {
        case .pending: Badge(.accent, title)
        case .accepted: Badge(.good, title)
        case .revoked, .expired: Badge(.neutral, title)
        }
    }
}

/// The address of the list of invitations with its search, filters, order and page.
struct InvitationListAddress {
    let organization: OrganizationHeader
    let query: InvitationQuery

    private static let usual = InvitationQuery()

    func url(_ change: (inout InvitationQuery) -> Void = { _ in }) -> String {
        var query = query
        change(&query)
        return InvitationListAddress.items(query).address(of: Paths.invitations.path(organization.id.text))
    }

    /// The address of the question whether an invitation is revoked.
    func revoking(_ id: String) -> String {
        InvitationListAddress.items(query).address(
            of: Paths.invitationAction.path(organization.id.text, id, "revoke"))
    }

    static func items(_ query: InvitationQuery) -> [AddressItem] {
        [
            ("q", query.text), ("state", query.state?.rawValue ?? ""), ("role", query.role?.rawValue ?? ""),
            ("sort", query.sort == usual.sort ? "" : query.sort.rawValue), ("order", query.isReversed ? "reverse" : ""),
            ("limit", query.limit == usual.limit ? "" : String(query.limit)),
            ("page", query.page == usual.page ? "" : String(query.page)),
        ]
    }
}

extension InvitationQuery {
    /// Reads the query of an address; values without meaning count as absent.
    init(_ items: [ExactText: String]) {
        self.init()
        text = String((items["q"] ?? "").prefix(200))
        state = items["state"].flatMap { Invitation.State(exactly: $0) }
        role = items["role"].flatMap { Role(exactly: $0) }
        sort = items["sort"].flatMap { Sort(exactly: $0) } ?? sort
        isReversed = items["order"].isExactly("reverse")
        (page, limit) = Pager.place(items)
    }

    var isSearch: Bool { !text.isEmpty || state != nil || role != nil }
}
