internal import Identities
public import Tokens

extension AccessState {
    /// Decides about one request to an upstream.
    ///
    /// - Parameters:
    ///   - path: the decoded path of the request.
    ///   - method: the method as received.
    ///   - claims: the claims of the request's valid credential; nil if it has none.
    ///   - upstream: the access rules.
    ///   - entitlement: returns the access of these claims to the upstream's organization under this state, if it is
    ///     cached; it is computed by default. Not called if the rule permits anyone.
    public func decide(
        path: UpstreamPath, method: String, claims: VerifiedClaims?, at upstream: UpstreamRules,
        entitlement: ((VerifiedClaims) -> Entitlement?)? = nil
    ) -> UpstreamDecision {
        var role: Role?
        let outcome = upstream.outcome(path, method) {
            guard let claims else { return nil }
            let access = entitlement.map { $0(claims) } ?? self.entitlement(of: claims, in: upstream.organization)
            role = access?.role
            return candidate(
                UpstreamUser(claims), access.flatMap { $0.organization == upstream.organization ? $0.standing : nil },
                upstream)
        }
        switch outcome {
        case .anyone(let index):
            return .permit(UpstreamPermit(upstream: upstream, claims: nil, role: nil, rule: index + 1))
        case .user(let index):
            return .permit(UpstreamPermit(upstream: upstream, claims: claims, role: role, rule: index + 1))
        case .signIn: return .signIn
        case .refuse(let reason, _): return .refuse(reason)
        }
    }

    /// Explains the decision about a request to an upstream.
    ///
    /// - Parameter user: the user; nil for a request without an identity.
    public func explain(
        path: UpstreamPath, method: String, user: UpstreamUser?, at upstream: UpstreamRules
    ) -> UpstreamExplanation {
        let access = user.flatMap {
            explanation(of: $0.claims, from: $0.provider, identity: $0.identity, in: upstream.organization)
        }
        let candidate = user.map { self.candidate($0, access?.standing, upstream) }
        return UpstreamExplanation(upstream, path, method, candidate, access)
    }

    /// Returns true if a user may open an upstream: a `GET` of `/` is permitted. An upstream that permits anyone counts
    /// only if the user has a role in its organization, so that others do not learn of it.
    public func mayOpen(_ upstream: UpstreamRules, with claims: VerifiedClaims) -> Bool {
        guard let path = try? UpstreamPath([UInt8(ascii: "/")]),
            case .permit(let permit) = decide(path: path, method: "GET", claims: claims, at: upstream)
        else { return false }
        return permit.claims != nil || entitlement(of: claims, in: upstream.organization)?.role != nil
    }

    /// - Parameter standing: nil if the organization is not configured.
    private func candidate(_ user: UpstreamUser, _ standing: Standing?, _ upstream: UpstreamRules) -> UpstreamCandidate
    {
        UpstreamCandidate(
            claims: user.claims, emailTrust: rules.emailTrust(of: user.provider),
            isProviderAccepted: standing != nil && rules.accepts(user.provider, in: upstream.organization),
            standing: standing ?? .none)
    }
}
