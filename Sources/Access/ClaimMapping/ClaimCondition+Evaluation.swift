public import JSON
internal import Text
public import Tokens

extension ClaimCondition {
    /// Returns the values that the condition compares among claims; empty if the claim is absent.
    public func values(in claims: JSONValue) -> [JSONValue] {
        switch ClaimSource(KnownClaims(claims), EmailTrust()).resolve(self).values {
        case .none: []
        case .one(let value): [value]
        case .several(let values): values
        }
    }

    /// Evaluates the condition alone. Only `matched` means that it is met: a claim that is unknown, and an address that
    /// is not verified, do not meet it.
    ///
    /// - Returns: a verdict other than `shadowed`.
    public func verdict(on claims: KnownClaims, emailTrust: EmailTrust) -> Verdict {
        Verdict(evaluate(ClaimSource(claims, emailTrust)), isDeciding: true)
    }

    /// Returns true if the value that arrived differs from the condition's only by case or white space.
    public func isNearMiss(_ claims: KnownClaims) -> Bool { isNearMiss(ClaimSource(claims, EmailTrust())) }

    /// The result of evaluating one condition.
    enum Result {
        case matched, noMatch, absent, emailUnverified, incomplete
    }

    func evaluate(_ source: ClaimSource) -> Result { evaluate(source, source.resolve(self)) }

    /// - Parameter claim: the claim that the condition's claim name resolves to.
    func evaluate(_ source: ClaimSource, _ claim: ClaimSource.Resolution) -> Result {
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
}
