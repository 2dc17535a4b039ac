internal import ClaimEvidence
internal import ClaimMapping
internal import Grants
internal import PageLayout

extension Mapping {
    /// The condition as pages show it.
    var conditionChip: ConditionChip { MappingDraft(self).conditionChip }
}

extension MappingDraft {
    /// The condition as pages show it.
    var conditionChip: ConditionChip {
        ConditionChip(claimName: claimName, match: match, claimValue: claimValue, split: split)
    }
}
