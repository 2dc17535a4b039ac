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

extension Icon {
    /// A lock: the rule cannot be changed here.
    static let lock: HTML = """
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="M3.75 7h8.5v6.25h-8.5zM5.5 7V5a2.5 2.5 0 0 1 5 0v2"></path></svg>
        """
}
