public import ClaimMapping
public import Identities
public import Tokens

/// Everything that decides access at one moment: the rules of the configuration, and the stored grants, suspensions and
/// rules. A request or a sign-in reads it once, so that all its decisions agree.
public struct AccessState: Sendable {
    public let rules: AccessRules
    public let snapshot: AccessSnapshot

    public init(rules: AccessRules, snapshot: AccessSnapshot) {
        self.rules = rules
        self.snapshot = snapshot
    }

    /// Returns all rules of an organization, or nil if it is not configured.
    public func rules(of organization: OrganizationID) -> OrganizationRules? {
        rules.rules(of: organization, with: snapshot.mappings(of: organization))
    }

    /// Returns a user's access to an organization, or nil if it is not configured.
    public func entitlement(of claims: VerifiedClaims, in organization: OrganizationID) -> Entitlement? {
        rules.fileRules(of: organization).map { entitlement(of: claims, under: $0) }
    }

    /// Returns a user's access to a configured organization.
    ///
    /// - Parameter file: the organization's rules in the configuration file; the stored ones are added.
    public func entitlement(of claims: VerifiedClaims, under file: OrganizationRules) -> Entitlement {
        rules.entitlement(of: claims, under: file.adding(snapshot.mappings(of: file.id)), with: snapshot)
    }

    /// Returns a user's access to each organization that lists the claims' provider, in the order of the file. Some may
    /// have no role.
    public func allEntitlements(of claims: VerifiedClaims) -> [Entitlement] {
        rules.organizations(accepting: claims.provider).map { entitlement(of: claims, under: $0) }
    }

    /// Returns a user's access to the organizations in which the user has a role, in the order of the file.
    public func entitlements(of claims: VerifiedClaims) -> [Entitlement] {
        allEntitlements(of: claims).filter { $0.role != nil }
    }

    /// Returns the claims of a provider's users that decide access: those that a rule of an organization addresses, and
    /// the email address. Suspensions and acceptances need the address.
    ///
    /// Takes time in proportion to the number of organizations that list the provider: too long for a reactor.
    public func neededClaims(of provider: ProviderID) -> NeededClaims {
        var needed = rules.neededClaims(of: provider)
        for organization in rules.organizations(accepting: provider) {
            needed.insert(claimsOf: snapshot.mappings(of: organization.id).mappings)
        }
        return needed
    }

    /// Explains a user's access to an organization. Returns nil if it is not configured.
    ///
    /// - Parameter identity: the identity whose grants and suspensions count; nil if the claims name no subject.
    public func explanation(
        of claims: KnownClaims, from provider: ProviderID, identity: Identity?, in organization: OrganizationID
    ) -> AccessExplanation? {
        guard let all = rules(of: organization) else { return nil }
        let trust = rules.emailTrust(of: provider)
        let email = trust.verifiedEmail(of: claims)
        return AccessExplanation(
            all.explain(claims, from: provider, emailTrust: trust),
            grants: identity.map { snapshot.roles(of: $0, in: organization) } ?? [],
            isSuspended: identity.map { snapshot.isSuspended($0, verifiedEmail: email, in: organization) }
                ?? snapshot.isSuspended(email, in: organization),
            isSuspensionUnknown: snapshot.suspendsAddresses(in: organization)
                && trust.isVerifiedEmailUnknown(of: claims))
    }
}
