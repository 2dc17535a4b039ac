package import Web

/// The condition of a claim rule: `groups` | matches pattern | `acme-soc-*`.
package struct ConditionChip: Sendable {
    let claim: String
    let comparison: String
    let value: String?

    /// - Parameters:
    ///   - comparison: `is`, `matches pattern` or `exists`.
    ///   - value: nil for a comparison without a value.
    package init(claim: String, comparison: String, value: String?) {
        (self.claim, self.comparison, self.value) = (claim, comparison, value)
    }

    package var markup: HTML {
        let value = value.map { " <code>\($0)</code>" as HTML }
        return "<span class=\"condition\"><code>\(claim)</code> <i>\(comparison)</i>\(value)</span>"
    }
}
