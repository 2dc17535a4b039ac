public import ClaimMapping
public import Identities

/// An explanation of the decision about one request to an upstream: the outcome, and the verdict on each access rule.
public struct UpstreamExplanation: Sendable {
    /// The outcome of a request.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case permit
        case signIn = "sign_in"
        case refuse
    }

    /// The verdict on one rule.
    public enum RuleVerdict: String, Sendable, Hashable, CaseIterable {
        /// The rule matches path and method, and decided.
        case matched
        /// The rule matches path and method, but an earlier one decided.
        case shadowed
        case pathMismatch = "path_mismatch"
        case methodMismatch = "method_mismatch"
    }

    /// A condition, and its verdict for the user.
    public struct Condition: Sendable, Hashable {
        public let condition: UpstreamCondition
        /// Nil if there is no user, or if no condition can permit the user.
        public let verdict: Verdict?
        /// True for a `noMatch` that differs only by case or white space.
        public let isNearMiss: Bool
    }

    /// A rule and its verdicts.
    public struct Row: Sendable, Hashable {
        /// The position in the order in which rules are tried, from 1.
        public let rank: Int
        public let rule: UpstreamRule
        public let verdict: RuleVerdict
        /// True for a `pathMismatch` that differs only by the case of letters.
        public let isNearMiss: Bool
        /// The conditions; empty if the rule permits anyone.
        public let conditions: [Condition]
    }

    public let upstream: UpstreamID
    public let organization: OrganizationID
    public let method: String
    public let path: UpstreamPath
    public let outcome: Outcome
    /// The reason of a refusal; nil for every other outcome.
    public let reason: UpstreamRefusalReason?
    /// The rank of the rule that decided; nil if no rule matches.
    public let rule: Int?
    public let rows: [Row]
    /// The user's access to the organization; nil if there is no user.
    public let access: AccessExplanation?

    init(
        _ upstream: UpstreamRules, _ path: UpstreamPath, _ method: String, _ user: UpstreamCandidate?,
        _ access: AccessExplanation?
    ) {
        (self.upstream, organization) = (upstream.id, upstream.organization)
        (self.path, self.method, self.access) = (path, method, access)
        let index: Int?
        switch upstream.outcome(path, method, { user }) {
        case .anyone(let place), .user(let place): (outcome, reason, index) = (.permit, nil, place)
        case .signIn(let place): (outcome, reason, index) = (.signIn, nil, place)
        case .refuse(let why, let place): (outcome, reason, index) = (.refuse, why, place)
        }
        rule = index.map { $0 + 1 }
        // A user whom no condition can permit gets no verdicts on conditions, because they would contradict the outcome.
        let judged = user.flatMap { $0.refusal == nil ? $0 : nil }
        rows = upstream.rules.enumerated().map { place, rule in
            let verdict: RuleVerdict =
                if !rule.path.matches(path) {
                    .pathMismatch
                } else if !rule.covers(method: method) {
                    .methodMismatch
                } else {
                    place == index ? .matched : .shadowed
                }
            return Row(
                rank: place + 1, rule: rule, verdict: verdict,
                isNearMiss: verdict == .pathMismatch && rule.path.nearlyMatches(path),
                conditions: UpstreamExplanation.conditions(of: rule, judged))
        }
    }

    private static func conditions(of rule: UpstreamRule, _ user: UpstreamCandidate?) -> [Condition] {
        guard case .anyOf(let conditions) = rule.allow else { return [] }
        return conditions.map { condition in
            let verdict = user?.verdict(on: condition)
            var isNearMiss = false
            if case .claim(let claim) = condition, verdict == .noMatch, let user {
                isNearMiss = claim.isNearMiss(user.claims)
            }
            return Condition(condition: condition, verdict: verdict, isNearMiss: isNearMiss)
        }
    }
}
