public import JSON
internal import Text

extension Mapping {
    /// Returns the values that the rule compares among claims; empty if the claim is absent.
    public func values(in claims: JSONValue) -> [JSONValue] { claimCondition.values(in: claims) }

    typealias RuleResult = ClaimCondition.Result

    func evaluate(_ source: ClaimSource) -> RuleResult { claimCondition.evaluate(source) }

    /// - Parameter claim: the claim that the rule's name resolves to.
    func evaluate(_ source: ClaimSource, _ claim: ClaimSource.Resolution) -> RuleResult {
        claimCondition.evaluate(source, claim)
    }

    /// Returns the text of an address, or nil if it does not have exactly one `@`.
    static func address(_ value: JSONValue) -> String? {
        guard let text = value.string, text.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1 else { return nil }
        return text
    }

    static func areEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    /// The text without what a near miss may differ by.
    static func folded(_ text: String) -> String {
        text.withoutWhiteSpace().lowercased()
    }
}
