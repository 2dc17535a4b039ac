internal import Caches
public import Tokens

/// Recent entitlements, so that unchanged claims under unchanged rules are not evaluated again. Each reactor has its
/// own instance; its owner empties it after a change of rules, grants or suspensions.
public struct EntitlementCache {
    private struct Key: Hashable {
        let claims: ObjectIdentifier
        let organization: ObjectIdentifier
    }

    /// Holds the claims, so that no other object can take their address, which is the key.
    private struct Entry {
        let claims: VerifiedClaims
        let entitlement: Entitlement
    }

    /// Claims that only this cache holds count here; claims that a token cache holds too are counted twice.
    private var entries = BoundedCache<Key, Entry>(bytes: 16 << 20, entries: 4096)

    public init() {}

    /// The memory used, in bytes.
    public var bytes: Int { entries.bytes }

    public mutating func removeAll() { entries.removeAll() }

    /// Returns the cached entitlement, or computes and caches it.
    ///
    /// - Parameter organization: an object that stands for the organization's rules and outlives the cache's entries.
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
