internal import ClaimMapping
internal import Grants
internal import PageLayout
internal import Text
internal import Web

extension Mapping {
    /// The condition as pages show it.
    var conditionChip: ConditionChip { MappingDraft(self).conditionChip }
}

extension MappingDraft {
    /// The condition as pages show it.
    var conditionChip: ConditionChip {
        let separator = split.map { "split at \(String(String.UnicodeScalarView([$0])).quoted()), " } ?? ""
        return ConditionChip(
            claim: claimName, comparison: separator + match.words, value: match == .exists ? nil : claimValue)
    }
}

extension Match {
    /// The comparison in the words of the pages.
    var words: String {
        switch self {
        case .equals: "is"
        case .glob: "matches pattern"
        case .exists: "exists"
        }
    }
}
