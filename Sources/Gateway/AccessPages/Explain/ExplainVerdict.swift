public import ClaimMapping
internal import Identities
internal import PageLayout
internal import Policy
internal import Text
internal import Web

/// The answer to the question of the page: the reason in a few words, the circumstances, and the user.
struct ExplainVerdict {
    let outcome: ExplainPage.Outcome
    let organization: String
    let times: PageTimes

    var markup: HTML {
        let (kind, icon): (HTML, Icon) =
            outcome.isUnknown ? ("near", .alert) : outcome.role != nil ? ("good", .check) : ("over", .close)
        let unverified: HTML = outcome.person.isUnverified ? " unverified-bar" : ""
        return """
            <section class="panel verdict" aria-labelledby="verdict"><div class="verdict-head"><span class="state \(kind)">\(icon.markup)</span><div><h2 id="verdict">\(sentence)</h2><p>\(circumstances)</p></div></div><div class="verdict-person\(unverified)">\(outcome.person.markup)</div></section>
            """
    }

    /// The highest grant, if its role applies.
    private var granted: Grant? {
        outcome.reason == .granted ? outcome.grants.max { $0.role < $1.role } : nil
    }

    /// Why the role of a matching rule does not apply; nil if nothing overrides the rules.
    var override: String? {
        switch outcome.reason {
        case .suspended: "the user is suspended"
        case .granted: granted?.source == .invitation ? "an invitation gives a higher role" : "a higher role is stored"
        case .mapped, .noMatch, .emailUnverified, .claimsIncomplete, .providerNotAccepted:
            outcome.role == nil ? "it doesn't apply" : nil
        }
    }

    private var sentence: String {
        if outcome.isUnknown {
            return outcome.role == nil
                ? "The last sign-in can't be read" : "\(stored); the last sign-in can't be read"
        }
        switch outcome.reason {
        case .mapped: return "\(ruleName) gives this role"
        case .granted: return stored
        case .noMatch:
            let near = outcome.nearMisses
            return near == 0
                ? "No rule matches"
                : "No rule matches; \(ExplainVerdict.count(near)) almost \(near == 1 ? "does" : "do")"
        case .emailUnverified: return "A rule matches the email address, but the provider hasn't verified it"
        case .claimsIncomplete:
            return outcome.role == nil
                ? "The provider left out claims that could give a role"
                : "\(ruleName) gives this role; claims that could give a higher one were left out"
        case .suspended: return "Suspended: overrides every role"
        case .providerNotAccepted: return "\(organization) doesn't accept sign-ins with \(outcome.provider)"
        }
    }

    private var stored: String {
        guard let granted else { return "A stored role applies" }
        return granted.source == .invitation ? "An accepted invitation gives this role" : "The operator gave this role"
    }

    private var ruleName: String {
        let row = outcome.rows.first { row in outcome.applying.map { row.mapping.id.isExactly($0) } ?? false }
        return row.map { "Rule \($0.mapping.rank)" } ?? "A rule"
    }

    private static func count(_ number: Int) -> String {
        let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
        return words.indices.contains(number) ? words[number] : Number.grouped(number)
    }

    private var circumstances: HTML {
        switch outcome.origin {
        case .signIn(let moment):
            "Signed in on \(times.precise(moment)) with \(outcome.provider). \(others)"
        case .token: "The token is valid and was issued by \(outcome.provider). \(others)"
        case .claims: "These claims are not signed. The result is a dry run, as if \(outcome.provider) had sent them."
        case .unreadable(let moment):
            "What arrived on \(times.precise(moment)) with \(outcome.provider) can't be opened, so no rule can be checked: it was altered, or the key that sealed it was removed. <strong>Ask \(outcome.person.title) to sign in again</strong>, then open this page again. \(others)"
        case .grants: "No sign-in is stored, so the rules can't be explained. \(others)"
        }
    }

    /// The grants and the suspension, if the reason does not name them.
    private var others: String {
        let roles = outcome.grants.map { grant in
            grant.source == .invitation
                ? "Accepted an invitation as \(grant.role.title)" : "The operator gave the role \(grant.role.title)"
        }
        if outcome.reason == .suspended {
            return roles.isEmpty ? "No invitation accepted." : roles.joined(separator: ". ") + "."
        }
        return roles.isEmpty
            ? "No invitation accepted, not suspended." : roles.joined(separator: ". ") + ". Not suspended."
    }
}

extension EntitlementReason {
    /// The reason in a sentence, for managers.
    public var words: String {
        switch self {
        case .mapped: "A rule gives this role."
        case .granted: "A stored role applies: from an accepted invitation or from the operator."
        case .noMatch: "No rule matches."
        case .emailUnverified: "A rule matches the email address, but the address isn't verified by the provider."
        case .claimsIncomplete: "The provider omitted claims that could give a role."
        case .suspended: "This user is suspended."
        case .providerNotAccepted: "The organization doesn't accept sign-ins through this provider."
        }
    }
}
