internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import PageLayout
internal import People
internal import Text
internal import Web

/// The lists about an organization's people, which the same tabs above each list lead to.
enum PeopleList: String, CaseIterable {
    case members
    case invitations
    case suspended

    var title: String {
        switch self {
        case .members: "Members"
        case .invitations: "Invitations"
        case .suspended: "Suspended"
        }
    }

    func url(in organization: OrganizationHeader) -> String {
        switch self {
        case .members: Paths.members.path(organization.id.text)
        case .invitations: Paths.invitations.path(organization.id.text)
        case .suspended: Paths.members.path(organization.id.text) + "?list=suspended"
        }
    }

    private func count(_ counts: PeopleCounts) -> Int {
        switch self {
        case .members: counts.members
        case .invitations: counts.invitations
        case .suspended: counts.suspended
        }
    }

    /// The tabs above the list.
    func tabs(in organization: OrganizationHeader, _ counts: PeopleCounts) -> [ListToolbar.Filter] {
        PeopleList.allCases.map { list in
            ListToolbar.Filter(
                list.title, url: list.url(in: organization), count: list.count(counts), isCurrent: list == self)
        }
    }
}

extension OrganizationHeader {
    /// A page with one of the lists about people.
    ///
    /// - Parameters:
    ///   - notice: the result of the last action.
    ///   - export: the menu that exports the list.
    func peoplePage(_ account: Account, notice: Notice?, exports: Exports, _ content: HTML) -> HTML {
        let readOnly: HTML? = isReadOnly ? "You have read-only access. " : nil
        let invite: HTML? =
            isReadOnly
            ? nil
            : "<a class=\"button primary\" href=\"\(Paths.newInvitations.path(id.text))\">\(Icon.plus.markup)Invite people</a>"
        let head = PageHead(
            "Members",
            explanation:
                "\(readOnly)People with a role in \(name). A role here gives no access to the inside of a workspace.",
            actions: "\(exports.menu)\(invite)")
        return page(.members, account, head: head, "\(notice?.markup)\(content)")
    }

    /// A page below the lists whose title stands in its content, such as a question.
    func questionPage(_ account: Account, _ title: String, _ content: HTML) -> HTML {
        let trail: HTML = """
            <div class="head crumbs"><nav aria-label="Breadcrumb"><ol><li><a href="\(path(.members))">Members</a></li><li aria-current="page">\(title)</li></ol></nav></div>
            """
        return Page(title: "\(title) · \(name)", account: account, place: (self, .members), content: trail + content)
            .document
    }
}

/// A condition of a list's address.
typealias AddressItem = (name: String, value: String)

extension [AddressItem] {
    /// The items as an address of a list; empty values are left out.
    func address(of path: String) -> String {
        let items = filter { !$0.value.isEmpty }
        return items.isEmpty ? path : "\(path)?\(FormEncoding.query(items))"
    }
}

/// The order that the head of a column leads to.
struct ColumnHeading {
    let title: String
    /// The address of the list in this column's order; nil if it has none.
    let url: String?
    /// Whether the list is in this order now, and downwards.
    let isSorted: Bool
    let isDescending: Bool
    let isRight: Bool

    init(
        _ title: String, url: String? = nil, isSorted: Bool = false, isDescending: Bool = false, isRight: Bool = false
    ) {
        (self.title, self.url, self.isSorted) = (title, url, isSorted)
        (self.isDescending, self.isRight) = (isDescending, isRight)
    }

    var markup: HTML {
        let state: HTML = isSorted ? " aria-sort=\"\(isDescending ? "descending" : "ascending")\"" : ""
        let kind: HTML = isRight ? " class=\"number\"" : ""
        let arrow: HTML? = isSorted ? " <span aria-hidden=\"true\">\(isDescending ? "↓" : "↑")</span>" : nil
        let content: HTML =
            url.map { "<a\(isSorted ? " class=\"sorted\"" as HTML : "") href=\"\($0)\">\(title)\(arrow)</a>" }
            ?? "\(title)"
        return "<th scope=\"col\"\(state)\(kind)>\(content)</th>"
    }

    /// The head of the column with the actions on a row.
    static let actions: HTML = "<th scope=\"col\"><span class=\"hidden\">Actions</span></th>"
}
