internal import Identities
internal import PageLayout
internal import Policy
internal import Text
internal import Web

/// What a manager does to one user after a question.
enum MemberAction: String, CaseIterable {
    case suspend
    case reinstate
    case endSessions = "end-sessions"
    case revokeRole = "revoke-role"
}

/// What is known of a user and an action on the user, for the question and its consequences.
package struct MemberActionFacts: Sendable {
    let action: MemberAction
    let person: MemberRow
    /// The number of active sessions; at most 100.
    var sessions = 0
    /// The addresses of pending invitations that end.
    var invitations: [String] = []
    /// The verified addresses with which every account is suspended.
    var addresses: [String] = []
    /// The grant that is revoked.
    var revoked: MemberRow.Source?
    /// The reason of the suspension that ends.
    var reason: String?
    /// Whether the sessions of the user end too.
    var endsSessions = false

    init(_ action: MemberAction, on person: MemberRow) { (self.action, self.person) = (action, person) }

    var question: String {
        switch action {
        case .suspend: "Suspend \(person.title)?"
        case .reinstate: "Reinstate \(person.title)?"
        case .endSessions: "End the sessions of \(person.title)?"
        case .revokeRole: "Revoke the role of \(person.title)?"
        }
    }

    /// The title of the button: the verb and the name.
    var button: String {
        switch action {
        case .suspend: "Suspend \(person.title)"
        case .reinstate: "Reinstate \(person.title)"
        case .endSessions: "End sessions of \(person.title)"
        case .revokeRole: "Revoke role of \(person.title)"
        }
    }

    func sentence(in organization: OrganizationHeader) -> HTML {
        let name = person.shortTitle
        return switch action {
        case .suspend:
            "\(name) loses access to \(organization.name) at once. You can reinstate \(name) at any time."
        case .reinstate: "The suspension ends at once. \(name) signs in again as before."
        case .endSessions: "\(name) must sign in again. No role changes."
        case .revokeRole: "The stored role ends at once, for open sessions too."
        }
    }

    /// The consequences with their numbers, one a line.
    func consequences(in organization: OrganizationHeader) -> [HTML] {
        var lines: [HTML] = []
        if person.isOneself, action != .reinstate {
            lines.append(
                action == .endSessions
                    ? "<strong>This is your own account. You are signed out.</strong>"
                    : "<strong>This is your own account. You lose this access yourself.</strong>")
        }
        switch action {
        case .suspend:
            if endsSessions { lines.append(sessionLine) }
            if let role = person.summaryInSentence {
                lines.append("The role \(role) no longer counts. A suspension overrides every role.")
            }
            for address in addresses {
                lines.append("Any account with the verified address \(address) is blocked too.")
            }
            if let line = invitationLine { lines.append(line) }
        case .reinstate:
            if let reason { lines.append("The reason was: \(reason)") }
            lines.append(
                person.summaryInSentence.map { "The role \($0) counts again." }
                    ?? "No role comes back: no rule matches, and no role is stored.")
            if addresses.count > 1 {
                lines.append("The accounts with these addresses are let in again: \(addresses.joined(separator: ", "))")
            }
        case .endSessions: lines.append(sessionLine)
        case .revokeRole:
            if let revoked {
                lines.append("The role \(revoked.role.title) is removed. It can't be given back with Undo.")
            }
            let others = person.sources.filter { !$0.grant.isExactly(revoked?.grant) }
            let remaining = MemberRow(
                id: person.id, fullName: person.fullName, address: person.address, provider: person.provider,
                subject: person.subject, role: others.map(\.role).max(), sources: others,
                lastSignIn: person.lastSignIn, isOneself: person.isOneself)
            lines.append(
                remaining.summaryInSentence.map { "Remaining role: \($0)." }
                    ?? "No other role remains: \(person.shortTitle) loses access to \(organization.name).")
            if let line = invitationLine { lines.append(line) }
        }
        return lines
    }

    private var sessionLine: HTML {
        switch sessions {
        case 0: "No open sessions."
        case 1: "1 session ends."
        default: "\(sessions)\(sessions >= 100 ? " or more" : "") sessions end."
        }
    }

    private var invitationLine: HTML? {
        guard !invitations.isEmpty else { return nil }
        let shown = invitations.prefix(5).joined(separator: ", ")
        let rest = invitations.count > 5 ? " and \(invitations.count - 5) more" : ""
        let (noun, verb) = invitations.count == 1 ? ("invitation", "is") : ("invitations", "are")
        return
            "\(invitations.count) pending \(noun) sent by \(person.shortTitle) \(verb) revoked: \(shown)\(rest)."
    }
}
