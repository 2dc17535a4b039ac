internal import AccessUseCases
internal import Endpoints
internal import Grants
internal import Identities
internal import People
internal import Text

/// The members from which a form chooses one: all of a small organization, otherwise those that a search finds.
struct MemberSearch: Sendable {
    /// What a form has chosen.
    enum Choice {
        case nothing
        /// The id of a member.
        case found(String)
        /// The fault, as a sentence.
        case unclear(String)
    }

    /// The members that one list offers.
    static let most = 50

    private let text: String
    private let found: [UpstreamExplainPage.Choice]
    private let matches: Int
    private let isNeeded: Bool

    init(_ search: String, _ management: ManagementRequest) async throws(Problem) {
        text = String(search.trimmingBlanks().prefix(200))
        var query = MemberQuery()
        query.limit = MemberSearch.most
        var page = try await management.members(matching: query)
        isNeeded = page.all > MemberSearch.most
        if isNeeded, !text.isEmpty {
            query.text = text
            page = try await management.members(matching: query)
        }
        matches = page.matches
        found = page.items.map { member in
            let address = member.email?.spelling
            let name = member.fullName ?? address ?? member.identity.subject.text
            return UpstreamExplainPage.Choice(
                id: member.id.text, title: name + (member.fullName.flatMap { _ in address }.map { " (\($0))" } ?? ""))
        }
    }

    /// The members that the form offers.
    var shown: UpstreamExplainPage.Members {
        isNeeded ? .search(found: text.isEmpty ? [] : found) : .all(found)
    }

    /// The member that the form has chosen.
    ///
    /// - Parameter id: the chosen one; empty for none.
    func choice(of id: String) -> Choice {
        guard isNeeded else { return id.isEmpty ? .nothing : .found(id) }
        guard !text.isEmpty else { return .nothing }
        // A member who was chosen in another search is none of those that this one found.
        if found.contains(where: { $0.id.isExactly(id) }) { return .found(id) }
        switch matches {
        case 0: return .unclear("No member matches. Search for part of the name, email address or user ID.")
        case 1: return found.first.map { .found($0.id) } ?? .nothing
        case ...MemberSearch.most: return .unclear("\(matches) members match. Choose one of them.")
        default:
            return .unclear(
                "\(matches) members match. The first \(MemberSearch.most) are listed. Enter more to find others.")
        }
    }
}
