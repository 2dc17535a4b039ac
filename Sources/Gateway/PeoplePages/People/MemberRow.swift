package import ClaimMapping
internal import Endpoints
internal import Grants
package import Identities
package import PageLayout
internal import Policy
internal import Text
package import Time
internal import Web

/// A user of a list: who it is, and where the role comes from.
package struct MemberRow: Sendable {
    /// A source of a role.
    package enum Source: Sendable {
        /// - Parameter rule: nil if the rule does not exist any more.
        case rule(Rule?, Role)
        /// - Parameter inviter: nil if it is not known.
        case invitation(inviter: String?, Role, grant: String)
        case granted(Role, grant: String)

        /// The grant's id; nil for a rule.
        var grant: String? {
            switch self {
            case .rule: nil
            case .invitation(_, _, let grant), .granted(_, let grant): grant
            }
        }

        var role: Role {
            switch self {
            case .rule(_, let role), .invitation(_, let role, _), .granted(let role, _): role
            }
        }
    }

    /// A claim rule with its place.
    package struct Rule: Sendable {
        let rank: Int
        let claim: String
        let match: Match
        let value: String

        package init(rank: Int, claim: String, match: Match, value: String) {
            (self.rank, self.claim, self.match, self.value) = (rank, claim, match, value)
        }
    }

    let id: String
    let fullName: String?
    let address: PersonCell.Address
    let provider: String?
    let subject: String
    let role: Role?
    let sources: [Source]
    let lastSignIn: Timestamp?
    let isOneself: Bool
    /// Whether the verification of the address is not known; the address then counts as not verified.
    var isVerificationUnknown = false

    package init(
        id: String, fullName: String?, address: PersonCell.Address, provider: String?, subject: String, role: Role?,
        sources: [Source], lastSignIn: Timestamp?, isOneself: Bool
    ) {
        (self.id, self.fullName, self.address, self.provider) = (id, fullName, address, provider)
        (self.subject, self.role, self.sources) = (subject, role, sources)
        (self.lastSignIn, self.isOneself) = (lastSignIn, isOneself)
    }

    /// - Parameter url: the page that shows more of the user; nil for none.
    func cell(url: String? = nil) -> PersonCell {
        PersonCell(
            name: fullName, address: address, provider: provider, subject: subject, url: url,
            badges: isOneself ? [Badge(.neutral, "You")] : [])
    }

    /// The user as sentences name them.
    var title: String { cell().title }

    /// The user as later sentences name them: the first of several names.
    var shortTitle: String { fullName?.words(between: " ").first.map { String($0) } ?? title }

    /// The id of the user's row in a list. The row can have the focus, so that an address with its id returns it there.
    var anchor: String { MemberRow.anchor(id) }

    static func anchor(_ id: String) -> String { "u-\(id)" }

    /// The sources of the effective role, one a line.
    func sourcesMarkup(in organization: OrganizationHeader) -> HTML {
        let lines = sources.map { source -> HTML in
            let other: HTML? =
                source.role == role ? nil : " <span class=\"quiet small\">(\(source.role.title))</span>"
            switch source {
            case .rule(let rule?, _):
                let condition = ConditionChip(
                    claim: rule.claim, comparison: rule.match.comparison,
                    value: rule.match == .exists ? nil : rule.value)
                return """
                    <li class="source"><a href="\(organization.path(.mappings))">Rule \(rule.rank)</a> \(condition.markup)\(other)</li>
                    """
            case .rule(nil, _): return "<li>A removed rule\(other)</li>"
            case .invitation(let inviter, _, _):
                let by = inviter.map { " <span class=\"quiet\">by \($0)</span>" as HTML }
                return "<li>Invitation\(by)\(other)</li>"
            case .granted: return "<li>Granted <span class=\"quiet\">by the operator</span>\(other)</li>"
            }
        }
        return "<ul>\(lines)</ul>"
    }

    /// The role and the source that decides it, such as `Organization Manager, rule 3`; nil without a role.
    var summary: String? {
        role.map { role in origin.map { "\(role.title), \($0)" } ?? role.title }
    }

    /// The role and the source that decides it in a sentence, such as `Organization Manager (rule 3)`.
    var summaryInSentence: String? {
        role.map { role in origin.map { "\(role.title) (\($0))" } ?? role.title }
    }

    private var origin: String? {
        switch sources.first(where: { $0.role == role }) ?? sources.first {
        case .rule(let rule?, _): "rule \(rule.rank)"
        case .invitation: "by invitation"
        case .granted: "granted by the operator"
        case .rule(nil, _), nil: nil
        }
    }
}

extension Match {
    /// The comparison as pages say it.
    var comparison: String {
        switch self {
        case .equals: "is"
        case .glob: "matches pattern"
        case .exists: "exists"
        }
    }
}
