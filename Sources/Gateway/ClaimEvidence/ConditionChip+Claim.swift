package import ClaimMapping
package import PageLayout
internal import Text

extension ConditionChip {
    /// A condition on a claim.
    ///
    /// - Parameter split: the character that splits strings into values; nil for none.
    package init(claimName: String, match: Match, claimValue: String, split: Unicode.Scalar?) {
        let separator = split.map { "split at \(String(String.UnicodeScalarView([$0])).quoted()), " } ?? ""
        self.init(
            claim: claimName, comparison: separator + match.words, value: match == .exists ? nil : claimValue)
    }

    /// A condition on a claim.
    package init(_ condition: ClaimCondition) {
        self.init(
            claimName: condition.claimName, match: condition.match, claimValue: condition.claimValue,
            split: condition.split)
    }
}

extension Match {
    /// The comparison in the words of the pages.
    package var words: String {
        switch self {
        case .equals: "is"
        case .glob: "matches pattern"
        case .exists: "exists"
        }
    }
}
