public import Tokens

/// What claims earned lately, so that the same claims under the same rows are not judged again. One a reactor; whoever
/// owns it empties it when anything changes that a decision depends on.
public struct EntitlementCache {
    private struct Key: Hashable {
        let claims: ObjectIdentifier
        let organization: ObjectIdentifier
    }

    /// Keeps the claims, so that their place in memory is nobody else's meanwhile.
    private struct Entry {
        let claims: VerifiedClaims
        let entitlement: Entitlement
    }

    private static let half = 2048

    private var newer: [Key: Entry] = [:]
    private var older: [Key: Entry] = [:]

    public init() {}

    public mutating func removeAll() {
        newer = [:]
        older = [:]
    }

    /// What was worked out lately, or is now.
    ///
    /// - Parameter organization: stands for its rules, and outlives the cache's entries.
    public mutating func entitlement(
        of claims: VerifiedClaims, in organization: AnyObject, workingOut work: () -> Entitlement
    ) -> Entitlement {
        let key = Key(claims: ObjectIdentifier(claims), organization: ObjectIdentifier(organization))
        if let entry = newer[key] { return entry.entitlement }
        let entry = older[key] ?? Entry(claims: claims, entitlement: work())
        if newer.count >= EntitlementCache.half {
            older = newer
            newer = [:]
        }
        newer[key] = entry
        return entry.entitlement
    }
}
