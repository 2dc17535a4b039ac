public import Identities
internal import Text
public import Tokens

/// The closed list of reasons for a user's role in an organization, or for having no role.
public enum EntitlementReason: String, Sendable, Hashable, CaseIterable {
    case mapped
    case granted
    case noMatch = "no_match"
    case emailUnverified = "email_unverified"
    case claimsIncomplete = "claims_incomplete"
    case suspended
    case providerNotAccepted = "provider_not_accepted"
}

/// The role that claims earn in one organization, and the reason.
public struct Evaluation: Sendable, Hashable {
    /// The earned role; nil if the claims earn none.
    public let role: Role?
    /// The id of the rule that decided; nil if no rule did.
    public let mapping: String?
    /// The reason for the outcome. With a role, `claimsIncomplete` means that unknown claims could earn a higher one.
    public let reason: EntitlementReason

    /// The evaluation of an empty list of rules.
    public static let none = Evaluation(role: nil, mapping: nil, reason: .noMatch)
}

extension OrganizationRules {
    /// Evaluates the rules against claims of one of the organization's providers. Stops as soon as the outcome is
    /// certain.
    public func evaluate(_ claims: KnownClaims, from provider: ProviderID, emailTrust: EmailTrust) -> Evaluation {
        guard providers.contains(provider) else {
            return Evaluation(role: nil, mapping: nil, reason: .providerNotAccepted)
        }
        let source = ClaimSource(claims, emailTrust)
        var tally = Tally(strategy: strategy)
        var offset = 0
        for block in blocks {
            block.count(source, into: &tally, offset: offset)
            if tally.isDecided { break }
            offset += block.mappings.count
        }
        return tally.evaluation(of: blocks)
    }
}

/// The outcome so far, updated rule by rule. The decision and its explanation share it, so that they cannot differ.
struct Tally {
    let strategy: ClaimStrategy
    /// The rule that decides so far, and its role.
    private(set) var deciding: (index: Int, role: Role)?
    private var highestUnknown: Role?
    private var isStopped = false
    private var hasUnverifiedEmail = false

    init(strategy: ClaimStrategy) {
        self.strategy = strategy
    }

    /// True if no further rule can change the outcome.
    var isDecided: Bool { isStopped || deciding?.role == .manager }

    mutating func count(_ index: Int, _ role: Role, _ result: Mapping.RuleResult) {
        guard !isStopped else { return }
        switch result {
        case .matched:
            if strategy == .firstMatch { isStopped = true }
            if deciding.map({ $0.role < role }) ?? true { deciding = (index, role) }
        case .incomplete:
            if strategy == .firstMatch { isStopped = true }
            highestUnknown = max(highestUnknown ?? role, role)
        case .emailUnverified: hasUnverifiedEmail = true
        case .noMatch, .absent: break
        }
    }

    func evaluation(of blocks: [PreparedRules]) -> Evaluation {
        guard let deciding else {
            let reason: EntitlementReason =
                highestUnknown != nil ? .claimsIncomplete : hasUnverifiedEmail ? .emailUnverified : .noMatch
            return Evaluation(role: nil, mapping: nil, reason: reason)
        }
        var index = deciding.index
        let block = blocks.first { block in
            if index < block.mappings.count { return true }
            index -= block.mappings.count
            return false
        }
        let couldBeHigher = highestUnknown.map { $0 > deciding.role } ?? false
        return Evaluation(
            role: deciding.role, mapping: block?.mappings[index].id,
            reason: couldBeHigher ? .claimsIncomplete : .mapped)
    }
}
