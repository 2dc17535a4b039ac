internal import Caches
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

    /// Claims that are kept here alone count here, those that a cache of tokens keeps too count twice.
    private var entries = BoundedCache<Key, Entry>(bytes: 16 << 20, entries: 4096)

    public init() {}

    /// What is remembered takes this much, in bytes.
    public var bytes: Int { entries.bytes }

    public mutating func removeAll() { entries.removeAll() }

    /// What was worked out lately, or is now.
    ///
    /// - Parameter organization: stands for its rules, and outlives the cache's entries.
    public mutating func entitlement(
        of claims: VerifiedClaims, in organization: AnyObject, workingOut work: () -> Entitlement
    ) -> Entitlement {
        let key = Key(claims: ObjectIdentifier(claims), organization: ObjectIdentifier(organization))
        if let entry = entries.value(for: key) { return entry.entitlement }
        let entry = Entry(claims: claims, entitlement: work())
        entries.insert(entry, for: key, bytes: claims.memory + 256)
        return entry.entitlement
    }
}
