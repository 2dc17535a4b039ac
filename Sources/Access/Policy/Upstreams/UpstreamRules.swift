public import ClaimMapping
public import Identities
internal import Text

/// A condition of an access rule on the user.
public enum UpstreamCondition: Sendable, Hashable {
    /// The user has the role in the upstream's organization, by claims or by a grant.
    case role(Role)
    /// The user's claims meet the condition.
    case claim(ClaimCondition)
}

/// The users that an access rule permits.
public enum UpstreamAllowance: Sendable, Hashable {
    /// Requests are permitted without a sign-in, and no identity is passed on.
    case anyone
    /// Users who meet one of the conditions are permitted. An empty list permits no user.
    case anyOf([UpstreamCondition])
}

/// An access rule of an upstream: the requests for which it is written, and the users that it permits.
public struct UpstreamRule: Sendable, Hashable {
    public let path: UpstreamPathPattern
    /// The methods, compared by octets; `GET` covers `HEAD`. Nil for all methods.
    public let methods: [String]?
    public let allow: UpstreamAllowance

    public init(path: UpstreamPathPattern, methods: [String]? = nil, allow: UpstreamAllowance) {
        (self.path, self.methods, self.allow) = (path, methods, allow)
    }

    /// Returns true if the rule is written for a method (RFC 9110, section 9.1: methods are case-sensitive).
    public func covers(method: String) -> Bool {
        guard let methods else { return true }
        return methods.contains(exactly: method)
            || method.isExactly("HEAD") && methods.contains(exactly: "GET")
    }
}

/// The access rules of one upstream. Immutable; a copy costs one reference.
///
/// The first rule that matches path and method of a request decides. If none matches, the request is refused.
public final class UpstreamRules: Sendable {
    public let id: UpstreamID
    public let name: String
    /// The organization whose claim mappings, grants and suspensions decide.
    public let organization: OrganizationID
    /// The origin at which browsers reach the application, for links; empty if it is not known.
    public let origin: String
    /// The rules in the order in which they are tried; the first has rank 1.
    public let rules: [UpstreamRule]

    public init(
        id: UpstreamID, name: String, organization: OrganizationID, origin: String = "", rules: [UpstreamRule]
    ) {
        (self.id, self.name, self.organization, self.rules) = (id, name, organization, rules)
        self.origin = origin
    }

    /// Returns the index of the rule that decides about a request; nil if no rule matches.
    func deciding(_ path: UpstreamPath, _ method: String) -> Int? {
        rules.firstIndex { $0.covers(method: method) && $0.path.matches(path) }
    }

    /// The claim conditions of all rules.
    var claimConditions: [ClaimCondition] {
        rules.flatMap { rule -> [ClaimCondition] in
            guard case .anyOf(let conditions) = rule.allow else { return [] }
            return conditions.compactMap { if case .claim(let claim) = $0 { claim } else { nil } }
        }
    }

    /// Returns the index of an earlier rule that leaves a rule without a request of its own; nil if requests can reach
    /// the rule. If several earlier rules cover its methods together, it is the last of them.
    ///
    /// - Parameter index: the index of a rule.
    public func hiding(_ index: Int) -> Int? {
        let rule = rules[index]
        let earlier = rules[..<index].enumerated().filter { $0.element.path.covers(rule.path) }
        guard let methods = rule.methods else {
            return earlier.first { $0.element.methods == nil }?.offset
        }
        var last = -1
        for method in methods {
            guard let first = earlier.first(where: { $0.element.covers(method: method) }) else { return nil }
            last = max(last, first.offset)
        }
        return last < 0 ? nil : last
    }
}
