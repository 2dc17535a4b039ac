public import JSON
internal import Text
internal import Tokens

/// One value of the claim that a rule addresses, as the rule compares it.
public struct ArrivedValue: Sendable, Hashable {
    /// The result of comparing one value.
    public enum Comparison: Sendable, Hashable {
        case equal
        /// The value differs only by case or white space.
        case almost
        case different
    }

    public let text: String
    public let comparison: Comparison
}

extension Mapping {
    /// Returns the values of the rule's claim as the rule compares them.
    public func arrived(in claims: JSONValue) -> [ArrivedValue] { claimCondition.arrived(in: claims) }
}

extension ClaimCondition {
    /// Returns the values of the condition's claim as the condition compares them: the elements of lists and the parts of split
    /// strings, each alone, in the order in which they arrived. Objects, null and lists in lists, which no value equals,
    /// are left out.
    ///
    /// A matching address is `equal` even if the provider has not verified it.
    public func arrived(in claims: JSONValue) -> [ArrivedValue] {
        let claim = ClaimSource(KnownClaims(claims), EmailTrust()).resolve(self)
        let wanted = Mapping.folded(claimValue)
        let foldedGlob = match == .glob ? Glob(wanted) : nil
        var values: [ArrivedValue] = []
        _ = claim.values.containsText(splitAt: split) { octets in
            let text = String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
            let folded = Mapping.folded(text)
            let comparison: ArrivedValue.Comparison =
                if isEqual(text, asAddress: claim.isEmail) {
                    .equal
                } else if foldedGlob?.matches(folded) ?? folded.isExactly(wanted) {
                    .almost
                } else {
                    .different
                }
            values.append(ArrivedValue(text: text, comparison: comparison))
            return false
        }
        return values
    }

    private func isEqual(_ text: String, asAddress isAddress: Bool) -> Bool {
        switch match {
        case .exists: true
        case .equals: isAddress ? text.isExactly(ignoringASCIICase: claimValue) : text.isExactly(claimValue)
        case .glob: isAddress ? addressGlob?.matches(text.asciiLowercased()) ?? false : glob?.matches(text) ?? false
        }
    }
}
