internal import Audit
internal import Configuration
internal import Databases
internal import Grants
internal import Identities
internal import Invitations
internal import Text

extension Command {
    static let invitationCreate = Command(
        path: ["invitation", "create"], summary: "Invites a user, and prints the link",
        details: """
            For the operator, to invite the first manager. The link works once, for a user who signs in through one of
            the organization's providers with this verified address. No email is sent. The invitation is recorded in
            the audit log. A lost link cannot be shown again: invitation resend creates a new one.
            """,
        options: [
            .config, .value("organization", "ID", isRequired: true, "the organization to which the user is invited"),
            .value("role", "ROLE", isRequired: true, "organization-manager or organization-viewer"), .json,
        ],
        operands: [Operand(placeholder: "EMAIL", help: "the user's address")]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let organization = try call.organization(call.arguments.required("organization"), in: settings)
        let draft = try call.invitationDraft(under: settings.invitations.rules)
        return try call.withAccess(settings) { (store) async throws(DatabaseError) -> ExitCode in
            let issued = try await InvitationStore(store).invite(
                draft, to: organization, byOperatorOn: .ofOperator(lifetime: settings.invitations.lifetime),
                recording: AuditRecord(.invitationCreate, by: .operator, in: organization))
            switch issued {
            case .success(let issued) where issued.token == nil:
                call.warn(
                    "\(draft.address) is already invited, and the link cannot be shown again; "
                        + "gatehouse invitation resend \(issued.invitation.id) creates a new one")
                return .no
            case .success(let issued):
                call.print(issued, under: settings)
                return .done
            case .failure(.invitedOtherwise(let role)):
                call.warn(
                    "\(draft.address) is already invited, as \(role.rawValue); gatehouse invitation list shows that "
                        + "invitation, and invitation revoke ends it")
                return .no
            case .failure(let refusal):
                call.warn("the invitation was refused: \(refusal)")
                return .no
            }
        }
    }

    static let invitationList = Command(
        path: ["invitation", "list"], summary: "Lists invitations and their states",
        details: "One line per invitation, of all organizations or of one, newest first. Links are never shown.",
        options: [.config, .value("organization", "ID", "only this organization"), .json]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let chosen = try call.chosenOrganization(in: settings)
        return try call.withAccess(settings, isWriting: false, isMade: false) {
            (store) async throws(DatabaseError) -> ExitCode in
            call.print(try await InvitationStore(store).invitations(chosen), of: chosen)
            return .done
        }
    }

    static let invitationResend = Command(
        path: ["invitation", "resend"], summary: "Creates a new link for an invitation, and prints it",
        details: """
            Earlier links stop working. The new link is valid as long as that of a new invitation. No email is sent.
            The change is recorded in the audit log.
            """,
        options: [.config, .json], operands: [Operand(placeholder: "ID", help: "the id shown by invitation list")]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let id = try call.arguments.operand("ID")
        return try call.withAccess(settings, isMade: false) { (store) async throws(DatabaseError) -> ExitCode in
            let issued = try await InvitationStore(store).resend(
                id, inOneOf: settings.organizations.map(\.id),
                byOperatorOn: .ofOperator(lifetime: settings.invitations.lifetime),
                recording: AuditRecord(.invitationResend, by: .operator))
            switch issued {
            case .success(let issued):
                call.print(issued, under: settings)
                return .done
            case .failure(let refusal): return call.warn(refusal, id)
            }
        }
    }

    static let invitationRevoke = Command(
        path: ["invitation", "revoke"], summary: "Revokes a pending invitation",
        details: "The link stops working. The revocation is recorded in the audit log.",
        options: [.config, .json], operands: [Operand(placeholder: "ID", help: "the id shown by invitation list")]
    ) { (call) throws(CommandError) -> ExitCode in
        let settings = try call.settings()
        let id = try call.arguments.operand("ID")
        return try call.withAccess(settings, isMade: false) { (store) async throws(DatabaseError) -> ExitCode in
            let revoked = try await InvitationStore(store).revoke(
                id, byOperatorRecording: AuditRecord(.invitationRevoke, by: .operator))
            switch revoked {
            case .success(let invitation):
                call.print(revoked: invitation)
                return .done
            case .failure(let refusal): return call.warn(refusal, id)
            }
        }
    }
}
