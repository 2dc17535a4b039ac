internal import ClaimMapping
public import Identities
public import Tokens

/// The claims about which an access rule is explained, verified or not.
public struct UpstreamUser: Sendable {
    public let claims: KnownClaims
    public let provider: ProviderID
    /// The identity whose grants and suspensions count; nil if the claims name no subject.
    public let identity: Identity?

    public init(_ claims: KnownClaims, from provider: ProviderID, identity: Identity?) {
        (self.claims, self.provider, self.identity) = (claims, provider, identity)
    }

    public init(_ claims: VerifiedClaims) {
        self.init(claims.known, from: claims.provider, identity: claims.identity)
    }
}

/// A user as access rules see one: the claims, and the access to the upstream's organization.
struct UpstreamCandidate {
    let claims: KnownClaims
    let emailTrust: EmailTrust
    let isProviderAccepted: Bool
    let standing: Standing

    /// The reason why the user is refused under every rule that does not permit anyone; nil if conditions decide.
    var refusal: UpstreamRefusalReason? {
        if standing.reason == .suspended { return .suspended }
        guard isProviderAccepted else { return .providerNotAccepted }
        return standing.isSuspensionUnknown ? .claimsIncomplete : nil
    }

    /// Returns the verdict on one condition. Only `matched` permits.
    func verdict(on condition: UpstreamCondition) -> Verdict {
        switch condition {
        case .claim(let claim): return claim.verdict(on: claims, emailTrust: emailTrust)
        case .role(let role):
            if standing.roles.contains(role) { return .matched }
            if standing.isRoleUncertain { return .claimIncomplete }
            return standing.reason == .emailUnverified ? .emailUnverified : .noMatch
        }
    }

    /// Returns the reason why the conditions refuse the user; nil if one of them is met.
    func refusal(by conditions: [UpstreamCondition]) -> UpstreamRefusalReason? {
        var reason = UpstreamRefusalReason.permissionMissing
        for condition in conditions {
            switch verdict(on: condition) {
            case .matched: return nil
            case .claimIncomplete: reason = .claimsIncomplete
            case .emailUnverified: if reason == .permissionMissing { reason = .emailUnverified }
            case .noMatch, .claimAbsent, .shadowed: break
            }
        }
        return reason
    }
}

/// The outcome of the access rules for one request, with the index of the rule that decided.
enum UpstreamOutcome {
    /// The rule permits anyone.
    case anyone(Int)
    /// The rule permits the user.
    case user(Int)
    case signIn(Int)
    case refuse(UpstreamRefusalReason, Int?)
}

extension UpstreamRules {
    /// Applies the rules to a request. The decision and its explanation share it, so that they cannot differ.
    ///
    /// - Parameter user: the user; nil if the request has no identity. Not called if the rule permits anyone.
    func outcome(_ path: UpstreamPath, _ method: String, _ user: () -> UpstreamCandidate?) -> UpstreamOutcome {
        guard let index = deciding(path, method) else { return .refuse(.noRule, nil) }
        guard case .anyOf(let conditions) = rules[index].allow else { return .anyone(index) }
        guard let user = user() else { return .signIn(index) }
        if let refusal = user.refusal ?? user.refusal(by: conditions) { return .refuse(refusal, index) }
        return .user(index)
    }
}
