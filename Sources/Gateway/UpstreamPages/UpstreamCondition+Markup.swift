internal import ClaimEvidence
internal import ClaimMapping
internal import Identities
internal import PageLayout
internal import Policy
internal import Web

extension UpstreamCondition {
    /// The condition as pages show it: the title of a role, or a claim with its comparison.
    var markup: HTML {
        switch self {
        case .role(let role): return "\(role.title)"
        case .claim(let claim): return ConditionChip(claim).markup
        }
    }
}

extension UpstreamRule {
    /// The requests for which the rule is written: methods and path.
    var request: HTML {
        let methods: HTML = methods.map { "\($0.joined(separator: ", ")) " } ?? ""
        return "\(methods)<code>\(path.text)</code>"
    }

    /// The users whom the rule permits.
    var allowed: HTML {
        switch allow {
        case .anyone: return "Anyone, without sign-in"
        case .anyOf(let conditions):
            let parts = conditions.enumerated().map { index, condition -> HTML in
                index == 0 ? condition.markup : " or \(condition.markup)"
            }
            return "\(parts)"
        }
    }
}

extension UpstreamRefusalReason {
    /// The reason in a few words, for managers.
    var words: String {
        switch self {
        case .noRule: "No rule matches this request"
        case .permissionMissing: "No condition of the rule is met"
        case .emailUnverified: "A condition asks for an email address that the provider hasn't verified"
        case .claimsIncomplete: "The provider left out claims that could decide"
        case .suspended: "Suspended: overrides every rule"
        case .providerNotAccepted: "The organization doesn't accept sign-ins through this provider"
        }
    }
}
