internal import Identities
internal import PageLayout

/// What a list exports: all that it shows, on all pages.
struct ListExport {
    let organization: OrganizationHeader
    let list: PeopleList
    /// The number of rows that match.
    let matches: Int
    /// Whether the list is narrowed by a search or filters.
    let isFiltered: Bool
    /// The address of the list, without a page, and its conditions.
    let path: String
    let items: [AddressItem]

    var exports: Exports {
        let noun =
            switch list {
            case .members: matches == 1 ? "member" : "members"
            case .invitations: matches == 1 ? "invitation" : "invitations"
            case .suspended: matches == 1 ? "suspended person" : "suspended people"
            }
        return Exports(
            "\(Number.grouped(matches)) \(noun)\(isFiltered ? ", filters applied" : "")",
            ExportFormat.allCases.map { format in
                Exports.File(
                    format.title, url: (items + [("format", format.rawValue)]).address(of: path),
                    name: "\(organization.id.text)-\(list.rawValue).\(format.rawValue)")
            })
    }
}
