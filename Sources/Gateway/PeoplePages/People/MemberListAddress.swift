internal import Endpoints
internal import Grants
internal import Identities
internal import PageLayout
internal import People
internal import Policy
internal import Text
internal import Web

/// The address of the list of members with its search, filters, order and page.
///
/// A question about a member carries the list's state, so that its answer leads back to where it was asked.
struct MemberListAddress {
    let organization: OrganizationHeader
    let query: MemberQuery

    private static let usual = MemberQuery()

    /// The list's address with some conditions changed.
    func url(_ change: (inout MemberQuery) -> Void = { _ in }) -> String {
        var query = query
        change(&query)
        return MemberListAddress.items(query).address(of: organization.path(.members))
    }

    /// The address of a question about a member.
    func url(of action: MemberAction, on id: String, grant: String? = nil) -> String {
        ([("grant", grant ?? "")] + MemberListAddress.items(query))
            .address(of: Paths.memberAction.path(organization.id.text, id, action.rawValue))
    }

    /// The conditions that differ from the usual ones.
    static func items(_ query: MemberQuery) -> [AddressItem] {
        [
            ("q", query.text), ("role", query.role?.rawValue ?? ""), ("provider", query.provider?.text ?? ""),
            ("source", query.source?.rawValue ?? ""), ("rule", query.rule ?? ""),
            ("sort", query.sort == usual.sort ? "" : query.sort.rawValue),
            ("order", query.isDescending ? "desc" : ""),
            ("limit", query.limit == usual.limit ? "" : String(query.limit)),
            ("page", query.page == usual.page ? "" : String(query.page)),
        ]
    }

    /// The page that explains a user's access.
    static func explanation(of id: String, in organization: OrganizationHeader) -> String {
        [("member", id)].address(of: Paths.explain.path(organization.id.text))
    }

    /// The audit log's events about an object.
    static func events(of id: String, in organization: OrganizationHeader) -> String {
        [("target", id)].address(of: Paths.audit.path(organization.id.text))
    }
}

extension MemberQuery {
    /// Reads the query of an address; values without meaning count as absent.
    init(_ items: [ExactText: String]) {
        self.init()
        text = String((items["q"] ?? "").prefix(200))
        role = items["role"].flatMap { Role(exactly: $0) }
        provider = items["provider"].flatMap { ProviderID($0) }
        source = items["source"].flatMap { Source(exactly: $0) }
        rule = items["rule"].flatMap { $0.isEmpty || $0.utf8.count > 255 ? nil : $0 }
        sort = items["sort"].flatMap { Sort(exactly: $0) } ?? sort
        isDescending = items["order"].isExactly("desc")
        (page, limit) = Pager.place(items)
    }
}

extension Pager {
    /// The page, from 1, and the rows a page that an address names; the usual ones if it names none that exist.
    static func place(_ items: [ExactText: String]) -> (page: Int, limit: Int) {
        let limit = items["limit"].flatMap { Int($0) } ?? 50
        return (max(1, items["page"].flatMap { Int($0) } ?? 1), limits.contains(limit) ? limit : 50)
    }
}
