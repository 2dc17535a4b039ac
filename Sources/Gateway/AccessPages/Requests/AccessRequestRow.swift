public import ClaimMapping
internal import HTTPMessage
internal import PageLayout
internal import Text
public import Time
internal import Web

/// A user who signed in without a role, as a row of the page of access requests.
public struct AccessRequestRow: Sendable {
    /// The rule that nearly gives the user a role.
    public struct ClosestRule: Sendable {
        let rule: Mapping
        let arrived: NearMiss

        public init(_ rule: Mapping, arrived: NearMiss) {
            (self.rule, self.arrived) = (rule, arrived)
        }
    }

    /// The rules that decided nothing, and why.
    public enum Obstacle: Sendable {
        case none
        case closest(ClosestRule)
        /// Rules of these ranks match the address, which is not verified.
        case unverifiedAddress(ranks: [Int])
        /// Rules of these ranks need claims that the provider left out.
        case missingClaims([String], ranks: [Int])
    }

    let id: String
    let person: PersonCell
    let provider: String
    let address: String?
    /// The user's subject at the provider.
    let subject: String
    let reason: EntitlementReason
    let obstacle: Obstacle
    /// The provider of the member who has the unverified address; nil if no member has it.
    let namesakeProvider: String?
    let firstAt: Timestamp
    let lastAt: Timestamp
    let attempts: Int
    let dismissedAt: Timestamp?

    public init(
        id: String, name: String?, address: String?, isVerified: Bool, provider: String, subject: String,
        isSuspended: Bool, reason: EntitlementReason, obstacle: Obstacle, namesakeProvider: String?,
        firstAt: Timestamp, lastAt: Timestamp, attempts: Int, dismissedAt: Timestamp?
    ) {
        (self.id, self.provider, self.address, self.subject) = (id, provider, address, subject)
        (self.reason, self.obstacle, self.namesakeProvider) = (reason, obstacle, namesakeProvider)
        (self.firstAt, self.lastAt, self.attempts) = (firstAt, lastAt, attempts)
        self.dismissedAt = dismissedAt
        var badges: [Badge] = []
        if case .closest = obstacle { badges.append(Badge(.near, "Almost matches")) }
        if isSuspended { badges.append(Badge(.neutral, "Suspended")) }
        person = PersonCell(
            name: name, address: PersonCell.Address(address, isVerified: isVerified), provider: provider,
            subject: subject, badges: badges)
    }
}

extension AccessRequestRow {
    /// The reason in bold, and the rule that comes closest.
    ///
    /// - Parameter members: the path of the page of members.
    func explanation(members: String) -> HTML {
        "<strong>\(headline)</strong>\(detail)\(namesake(members))"
    }

    private var headline: String {
        switch (reason, obstacle) {
        case (.emailUnverified, _): "The email address is not verified by the provider."
        case (.claimsIncomplete, .missingClaims(let names, _)) where names.count == 1:
            names[0].isExactly("groups") ? "Groups are missing." : "A claim is missing."
        case (.claimsIncomplete, _): "Claims are missing."
        case (.providerNotAccepted, _): "The provider isn't accepted."
        case (.suspended, _): "The user is suspended."
        case (.noMatch, _), (.mapped, _), (.granted, _): "No rule matches."
        }
    }

    private var detail: HTML? {
        switch obstacle {
        case .none: nil
        case .closest(let closest):
            """
             Rule \(closest.rule.rank) is close: <code>\(closest.rule.claimName)</code> arrived as <code class="arrived">\(closest.arrived.markup)</code>, the rule has <code>\(closest.rule.claimValue)</code>.
            """
        case .unverifiedAddress(let ranks):
            " \(AccessRequestRow.rules(ranks)) \(ranks.count == 1 ? "asks" : "ask") for this address, but it doesn't count."
        case .missingClaims(let names, let ranks):
            """
             \(provider) left out \(names.map { "<code>\($0)</code>" as HTML }.joined), so \(AccessRequestRow.rules(ranks, isFirst: false)) can't be decided.
            """
        }
    }

    private func namesake(_ members: String) -> HTML? {
        guard let namesakeProvider, let address else { return nil }
        return """
             The member with this address is <a href="\(members)?\(FormEncoding.query([("q", address)]))">another account, at \(namesakeProvider)</a>.
            """
    }

    /// `Rule 1`, `Rules 1 and 2`, `Rules 1, 2 and 5 others`.
    private static func rules(_ ranks: [Int], isFirst: Bool = true) -> String {
        let word = (isFirst ? "Rule" : "rule") + (ranks.count == 1 ? "" : "s")
        switch ranks.count {
        case 0...1: return "\(word) \(ranks.first ?? 0)"
        case 2: return "\(word) \(ranks[0]) and \(ranks[1])"
        case 3: return "\(word) \(ranks[0]), \(ranks[1]) and \(ranks[2])"
        default: return "\(word) \(ranks[0]), \(ranks[1]) and \(ranks.count - 2) others"
        }
    }

    /// `Last tried 26 Nov 2026, 07:20 · 3 attempts since 25 Nov`
    func attempts(_ times: PageTimes) -> HTML {
        let number = attempts == 1 ? "1 attempt" : "\(Number.grouped(attempts)) attempts"
        let since: HTML? = attempts == 1 ? nil : " since \(times.day(firstAt, beside: lastAt))"
        let dismissed = dismissedAt.map { " · Dismissed \(times.moment($0))" as HTML }
        return "Last tried \(times.moment(lastAt)) · \(number)\(since)\(dismissed)"
    }
}

extension NearMiss {
    /// The value with its differing characters marked.
    var markup: HTML {
        var markup: HTML = ""
        for part in parts { markup += part.isDifferent ? "<mark>\(part.text)</mark>" : "\(part.text)" }
        return markup
    }
}

extension [HTML] {
    /// The pieces as `a, b and c`.
    fileprivate var joined: HTML {
        var markup: HTML = ""
        for (index, piece) in enumerated() {
            markup += index == 0 ? piece : index == count - 1 ? " and \(piece)" : ", \(piece)"
        }
        return markup
    }
}
