public import Identities
public import Tokens

/// The proof that policy allowed a request to an upstream. The reverse proxy and forward-auth accept nothing else, and
/// take organization and identity from it alone.
public struct UpstreamPermit: Sendable {
    public let upstream: UpstreamID
    /// The organization whose rules permitted the request.
    public let organization: OrganizationID
    /// The claims of the user; nil if the rule permits anyone. Then no identity is passed on.
    public let claims: VerifiedClaims?
    /// The user's highest role in the organization; nil without one, and if the rule permits anyone.
    public let role: Role?
    /// The rank of the rule that permitted the request, from 1.
    public let rule: Int

    // Internal: only policy makes permits.
    init(upstream: UpstreamRules, claims: VerifiedClaims?, role: Role?, rule: Int) {
        (self.upstream, organization) = (upstream.id, upstream.organization)
        (self.claims, self.role, self.rule) = (claims, role, rule)
    }
}

/// The closed list of reasons why a request to an upstream is refused.
public enum UpstreamRefusalReason: String, Sendable, Hashable, CaseIterable {
    /// No access rule matches path and method.
    case noRule = "no_rule"
    /// The user meets no condition of the rule.
    case permissionMissing = "permission_missing"
    /// The user meets no condition of the rule, and one asks for an address that the provider did not verify.
    case emailUnverified = "email_unverified"
    /// The user meets no condition of the rule, and claims that the provider left out could meet one; or the user's
    /// address is unknown and could be a suspended one.
    case claimsIncomplete = "claims_incomplete"
    /// The organization suspended the user.
    case suspended
    /// The organization does not list the provider of the user's claims.
    case providerNotAccepted = "provider_not_accepted"
}

/// The decision of policy on one request to an upstream.
public enum UpstreamDecision: Sendable {
    case permit(UpstreamPermit)
    /// The rule needs an identity, and the request has none.
    case signIn
    case refuse(UpstreamRefusalReason)
}
