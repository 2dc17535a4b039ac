internal import ClaimMapping
internal import Identities
internal import JSON
internal import PageLayout
internal import Text
internal import Web

/// A claim rule in an event, before or after a change.
struct AuditRule {
    /// The place among all rules, from 1; nil in events of earlier versions, which counted the managers' rules only.
    let rank: Int?
    let claim: String
    let match: Match
    let value: String?
    let split: String?
    let role: String

    /// - Parameter isRanked: true if the rank counts all rules.
    init?(_ json: String?, isRanked: Bool) {
        guard let json, let root = try? JSONDocument(parsing: Array(json.utf8)).root,
            let claim = root.member("claim_name")?.string, let role = root.member("role")?.string
        else { return nil }
        rank = isRanked ? root.member("rank")?.integer.map { Int($0) } : nil
        self.claim = claim
        match = root.member("match")?.string.flatMap { Match(exactly: $0) } ?? .equals
        value = root.member("claim_value")?.string
        split = root.member("split")?.string
        self.role = role.roleTitle
    }

    var condition: HTML {
        let comparison =
            switch match {
            case .equals: "is"
            case .glob: "matches pattern"
            case .exists: "exists"
            }
        let parts = split.map { " <span class=\"quiet small\">split at <code>\($0)</code></span>" as HTML }
        let chip = ConditionChip(claim: claim, comparison: comparison, value: match == .exists ? nil : value)
        return "\(chip.markup)\(parts)"
    }

    func hasSameCondition(as other: AuditRule) -> Bool {
        claim.isExactly(other.claim) && match == other.match && value.isExactly(other.value)
            && split.isExactly(other.split)
    }

    func hasSameRole(as other: AuditRule) -> Bool { role.isExactly(other.role) }
}

extension String {
    /// The title of the role with this id; the id itself if no role has it.
    var roleTitle: String { Role(exactly: self)?.title ?? self }
}
