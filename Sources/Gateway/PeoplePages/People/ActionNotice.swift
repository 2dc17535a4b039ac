internal import AccessUseCases
internal import Audit
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import PageLayout
internal import People
internal import Policy
internal import RuntimeConfiguration
internal import Text
internal import Web

/// The notice after an action, made from the action's event in the audit log.
struct ActionNotice {
    let management: ManagementRequest
    /// The token of the form that undoes the action; nil for none.
    let formToken: String?
    let organization: OrganizationHeader

    /// The name of the address item with the number of the event.
    static let item = "event"

    /// Returns the notice for the event that a request's address names. Returns nil if there is none, or if the event
    /// is not one of the caller's own actions within the last ten minutes.
    func notice(_ context: RequestContext) async throws(Problem) -> Notice? {
        guard let sequence = context.query[ExactText(ActionNotice.item)].flatMap({ Int($0) }),
            let action = try await management.ownAction(sequence)
        else { return nil }
        switch action.action {
        case .suspensionCreate, .suspensionDelete: return try await suspension(action)
        case .sessionEnd: return try await sessions(action)
        case .grantRevoke: return try await revocation(action)
        case .invitationCreate, .invitationResend, .invitationRevoke: return try await invitation(action)
        default: return nil
        }
    }

    private func suspension(_ action: RecentAction) async throws(Problem) -> Notice? {
        guard let id = IdentityID(action.target), let person = try await management.person(id) else { return nil }
        let name: HTML = "<strong>\(person.shownName)</strong>"
        var notice: Notice
        if action.action == .suspensionCreate {
            let ended = action.details["sessions"].flatMap { Int($0) } ?? 0
            notice = Notice(.done, "\(name) was suspended.\(ActionNotice.ended(ended))")
        } else {
            notice = Notice(.done, "\(name) was reinstated.")
        }
        if let formToken, try await management.isUndoable(action, on: person) {
            notice.button = ButtonForm(
                path: organization.path(.members), token: formToken,
                fields: [("action", "undo"), (ActionNotice.item, String(action.sequence))], title: "Undo",
                label: action.action == .suspensionCreate
                    ? "Undo: reinstate \(person.shownName)" : "Undo: suspend \(person.shownName) again",
                kind: "plain")
        }
        return notice
    }

    private static func ended(_ count: Int) -> String {
        switch count {
        case 0: ""
        case 1: " 1 session ended."
        default: " \(count) sessions ended."
        }
    }

    private func sessions(_ action: RecentAction) async throws(Problem) -> Notice? {
        guard let id = IdentityID(action.target), let person = try await management.person(id) else { return nil }
        let count = action.details["sessions"].flatMap { Int($0) } ?? 0
        let name: HTML = "<strong>\(person.shownName)</strong>"
        switch count {
        case 0: return Notice(.done, "\(name) had no open sessions.")
        case 1: return Notice(.done, "1 session of \(name) was ended.")
        default: return Notice(.done, "\(count) sessions of \(name) were ended.")
        }
    }

    private func revocation(_ action: RecentAction) async throws(Problem) -> Notice? {
        guard let issuer = action.details["issuer"], let subject = action.details["subject"],
            let role = action.details["role"].flatMap({ Role(exactly: $0) }),
            let id = try? IdentityID(Identity(issuer: Issuer(issuer), subject: Subject(subject)))
        else { return nil }
        let person = try await management.person(id)
        let remaining: HTML =
            person?.member.map { " \(person?.shownName ?? subject) still has the role \($0.role.title)." }
            ?? " No role remains."
        return Notice(
            .done, "The role \(role.title) of <strong>\(person?.shownName ?? subject)</strong> was revoked.\(remaining)"
        )
    }

    private func invitation(_ action: RecentAction) async throws(Problem) -> Notice? {
        guard let email = action.details["email"] else { return nil }
        let name: HTML = "<strong>\(email)</strong>"
        let sends = management.configuration.sendsEmail
        switch action.action {
        case .invitationRevoke: return Notice(.done, "The invitation of \(name) was revoked. Its link no longer works.")
        case .invitationResend:
            return Notice(
                .done,
                sends
                    ? "The invitation of \(name) is being sent again. The old link no longer works."
                    : "\(name) has a new link. The old one no longer works.")
        default:
            return Notice(.done, sends ? "The invitation of \(name) is being sent." : "\(name) was invited.")
        }
    }
}

extension PersonAccess {
    /// The user as sentences name them.
    var shownName: String { fullName ?? email?.spelling ?? known.identity.subject.text }
}
