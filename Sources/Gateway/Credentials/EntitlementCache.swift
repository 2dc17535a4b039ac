internal import Grants
internal import Policy
internal import Tokens

/// What claims earned lately, so that the same claims under the same rows are not judged again. One a reactor; whoever
/// owns it empties it when anything changes that a decision depends on.
struct EntitlementCache {
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

    mutating func removeAll() {
        newer = [:]
        older = [:]
    }

    /// - Parameter organization: of the deployment that the cache is for.
    mutating func entitlement(
        of claims: VerifiedClaims, in organization: Deployment.Organization, under deployment: Deployment,
        with access: AccessSnapshot
    ) -> Entitlement {
        let key = Key(claims: ObjectIdentifier(claims), organization: ObjectIdentifier(organization))
        if let entry = newer[key] { return entry.entitlement }
        let entry =
            older[key]
            ?? Entry(claims: claims, entitlement: deployment.entitlement(of: claims, in: organization, with: access))
        if newer.count >= EntitlementCache.half {
            older = newer
            newer = [:]
        }
        newer[key] = entry
        return entry.entitlement
    }
}
