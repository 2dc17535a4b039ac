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

    /// The number of times that the cache was emptied. What was computed before the last time must not be kept.
    public private(set) var generation: UInt64 = 0

    public mutating func removeAll() {
        entries.removeAll()
        generation += 1
    }

    /// Returns the cached entitlement, or nil if there is none.
    public mutating func entitlement(of claims: VerifiedClaims, in organization: AnyObject) -> Entitlement? {
        entries.value(for: Key(claims: ObjectIdentifier(claims), organization: ObjectIdentifier(organization)))?
            .entitlement
    }

    /// Caches an entitlement that was computed elsewhere.
    public mutating func keep(_ entitlement: Entitlement, of claims: VerifiedClaims, in organization: AnyObject) {
        entries.insert(
            Entry(claims: claims, entitlement: entitlement),
            for: Key(claims: ObjectIdentifier(claims), organization: ObjectIdentifier(organization)),
            bytes: claims.memory + 256)
    }

    /// Returns the cached entitlement, or computes and caches it.
    ///
    /// - Parameter organization: an object that stands for the organization's rules and outlives the cache's entries.
    public mutating func entitlement(
        of claims: VerifiedClaims, in organization: AnyObject, workingOut work: () -> Entitlement
    ) -> Entitlement {
        if let known = entitlement(of: claims, in: organization) { return known }
        let entitlement = work()
        keep(entitlement, of: claims, in: organization)
        return entitlement
    }
}
