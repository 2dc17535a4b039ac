internal import Identities
internal import PageLayout
internal import Web

/// The menu in the head of a list that exports all that the list shows.
struct ExportMenu {
    let organization: OrganizationHeader
    let list: PeopleList
    /// The number of rows that match.
    let matches: Int
    /// Whether the list is narrowed by a search or filters.
    let isFiltered: Bool
    /// The address of the list, without a page, and its conditions.
    let path: String
    let items: [AddressItem]

    var markup: HTML {
        let noun =
            switch list {
            case .members: matches == 1 ? "member" : "members"
            case .invitations: matches == 1 ? "invitation" : "invitations"
            case .suspended: matches == 1 ? "suspended person" : "suspended people"
            }
        let extent = "\(Number.grouped(matches)) \(noun)\(isFiltered ? ", filters applied" : "")"
        let formats = ExportFormat.allCases.map { format -> HTML in
            let url = (items + [("format", format.rawValue)]).address(of: path)
            return """
                <li><a href="\(url)" download="\(organization.id.text)-\(list.rawValue).\(format.rawValue)">\(Icon.download.markup)\(format.title)</a></li>
                """
        }
        return """
            <details class="menu export"><summary class="button">\(Icon.download.markup)Export</summary><ul class="items"><li class="who quiet small">\(extent)</li>\(formats)</ul></details>
            """
    }
}
