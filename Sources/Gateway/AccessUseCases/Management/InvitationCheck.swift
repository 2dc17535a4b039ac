package import Endpoints
internal import Grants
package import Identities
package import Invitations
internal import Management
internal import Policy
internal import RuntimeConfiguration
internal import Text

/// What a list of addresses would do if it were invited, worst first.
package struct InvitationCheck: Sendable {
    package enum Finding: Sendable {
        /// The address cannot be invited.
        case obstacle(InvitationObstacle)
        /// No provider of the organization has the domain.
        ///
        /// - Parameter suggestion: the address with a known domain that differs in one letter; nil if there is none.
        case unknownDomain(suggestion: String?)
        /// - Parameter provider: the name of the provider with the domain; nil if none or several have it.
        case ready(provider: String?)
    }

    package struct Item: Sendable {
        /// The address as it was entered.
        package let text: String
        package let finding: Finding

        package init(text: String, finding: Finding) { (self.text, self.finding) = (text, finding) }
    }

    package let items: [Item]

    /// - Parameter items: the items in the order of the list.
    package init(_ items: [Item]) {
        self.items = items.enumerated().sorted {
            ($0.element.finding.weight, $0.offset) < ($1.element.finding.weight, $1.offset)
        }.map(\.element)
    }

    /// The addresses that are invited.
    package var ready: [String] { items.filter { if case .ready = $0.finding { true } else { false } }.map(\.text) }

    /// The addresses that need an answer of the user, and are left out without one.
    package var leftOut: [String] {
        items.filter { $0.finding.weight < 2 }.map(\.text)
    }
}

extension InvitationCheck.Finding {
    /// The place in the list: faults, questions, addresses without need of an invitation, and those that are ready.
    fileprivate var weight: Int {
        switch self {
        case .obstacle(.address), .obstacle(.invitedOtherwise), .obstacle(.limit): 0
        case .unknownDomain: 1
        case .obstacle(.member), .obstacle(.pending): 2
        case .ready: 3
        }
    }
}

extension ManagementRequest {
    /// Checks addresses before they are invited.
    ///
    /// - Parameters:
    ///   - texts: the addresses as they were entered.
    ///   - kept: those whose unknown domain the user has confirmed.
    package func check(_ texts: [String], for role: Role, keeping kept: [String]) async throws(Problem)
        -> InvitationCheck
    {
        let entries = InvitationEntry.list(texts, under: today.invitationRules)
        let obstacles = try await answering { actions throws(ManagementError) in
            try await actions.obstacles(to: entries, for: role)
        }
        let domains = try await knownDomains()
        return InvitationCheck(
            zip(entries, obstacles).map { entry, obstacle in
                InvitationCheck.Item(
                    text: entry.text, finding: obstacle.map { .obstacle($0) } ?? finding(entry, domains, kept))
            })
    }

    private func finding(
        _ entry: InvitationEntry, _ domains: KnownDomains, _ kept: [String]
    ) -> InvitationCheck.Finding {
        guard let email = entry.email else { return .obstacle(.address(.notAnAddress)) }
        let providers = domains.providers(of: email.domain)
        guard providers.isEmpty else {
            return .ready(provider: providers.count == 1 ? providers.first.map(configuration.name) : nil)
        }
        let isKept = kept.contains { EmailAddress($0) == email }
        guard !domains.isEmpty, !isKept else { return .ready(provider: nil) }
        let name = email.spelling.cut(atLast: "@")?.before ?? ""
        return .unknownDomain(suggestion: domains.oneLetterOff(email.domain).map { "\(name)@\($0)" })
    }
}
