public import JSON
internal import Text
internal import Tokens

extension Mapping {
    /// Returns the values that the rule compares among claims; empty if the claim is absent.
    public func values(in claims: JSONValue) -> [JSONValue] {
        switch ClaimSource(KnownClaims(claims), EmailTrust()).resolve(self).values {
        case .none: []
        case .one(let value): [value]
        case .several(let values): values
        }
    }

    /// The result of evaluating one rule.
    enum RuleResult {
        case matched, noMatch, absent, emailUnverified, incomplete
    }

    func evaluate(_ source: ClaimSource) -> RuleResult { evaluate(source, source.resolve(self)) }

    /// - Parameter claim: the claim that the rule's name resolves to.
    func evaluate(_ source: ClaimSource, _ claim: ClaimSource.Resolution) -> RuleResult {
        guard !claim.values.isEmpty else {
            return source.isUnknown(claim.topLevelName) ? .incomplete : .absent
        }
        if claim.isEmail {
            if let address = claim.values.only.flatMap(Mapping.address), matches(address: address) {
                return source.isVerified(address) ? .matched : .emailUnverified
            }
        } else if matches(claim.values) {
            return .matched
        }
        if source.isUnknown(claim.topLevelName) { return .incomplete }
        return claim.values.isNull ? .absent : .noMatch
    }

    /// Returns the text of an address, or nil if it does not have exactly one `@`.
    static func address(_ value: JSONValue) -> String? {
        guard let text = value.string, text.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1 else { return nil }
        return text
    }

    private func matches(address: String) -> Bool {
        switch match {
        case .equals:
            address.isExactly(ignoringASCIICase: claimValue)
        case .glob: addressGlob?.matches(address.asciiLowercased()) ?? false
        case .exists: true
        }
    }

    private func matches(_ values: ClaimValues) -> Bool {
        if match == .exists { return !values.isNull }
        if let glob { return values.containsText(splitAt: split) { glob.matches($0) } }
        let wanted = claimValue.utf8Span.span
        return values.containsText(splitAt: split) { Mapping.areEqual($0, wanted) }
    }

    static func areEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    /// Returns true if the value differs from the rule's only by case or white space. Such a difference is easily
    /// overlooked.
    func isNearMiss(_ source: ClaimSource) -> Bool {
        let claim = source.resolve(self)
        guard match != .exists, !claim.isEmail || claim.values.only.flatMap(Mapping.address) != nil else {
            return false
        }
        let wanted = Mapping.folded(claimValue)
        let glob = match == .glob ? Glob(wanted) : nil
        return claim.values.containsText(splitAt: split) { text in
            let folded = Mapping.folded(String(decoding: text.indices.map { text[$0] }, as: UTF8.self))
            return glob?.matches(folded) ?? folded.isExactly(wanted)
        }
    }

    static func folded(_ text: String) -> String {
        text.withoutWhiteSpace().lowercased()
    }
}
