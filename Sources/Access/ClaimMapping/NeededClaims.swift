public import JSON
internal import Text
internal import Tokens

/// The claims that decisions about access need. If an ID token lacks one of them, the provider's userinfo may supply it.
///
/// Prepared from rules once, and asked about the claims of many users.
public struct NeededClaims: Sendable {
    /// The pointer of each claim name; nil if the name is not a pointer.
    private var pointers: [ExactText: JSONPointer?] = [:]

    /// - Parameter names: the names of top-level claims.
    public init(_ names: [String] = []) {
        for name in names { pointers.updateValue(nil, forKey: ExactText(name)) }
    }

    /// Adds the claims that rules address.
    public mutating func insert(claimsOf rules: [Mapping]) {
        for rule in rules { insert(claimOf: rule.claimCondition) }
    }

    /// Adds a claim by the name that a setting gives: that of a top-level claim, or else a JSON Pointer.
    public mutating func insert(_ claimName: String) {
        insert(claimOf: ClaimCondition(claimName: claimName, match: .exists, claimValue: ""))
    }

    /// Adds the claim that a condition addresses.
    public mutating func insert(claimOf condition: ClaimCondition) {
        pointers.updateValue(condition.pointer, forKey: ExactText(condition.claimName))
    }

    /// Returns true if one of the claims is not among these. A claim whose value is null is present.
    ///
    /// - Parameter claims: the claims of one user, a JSON object.
    public func areMissing(in claims: JSONValue) -> Bool {
        let source = ClaimSource(KnownClaims(claims), EmailTrust())
        return pointers.contains { source.resolve($0.key.text, $0.value).values.isEmpty }
    }
}
