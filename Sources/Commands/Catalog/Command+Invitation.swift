internal import Audit
internal import Configuration
internal import Databases
internal import Gateway
internal import Grants
internal import Identities
internal import Invitations
internal import Text
internal import Time

extension Command {
    static let invitationCreate = Command(
        path: ["invitation", "create"], summary: "Invites a user, and prints the link",
        details: """
            The operator's way in: the first manager. The link works once, for a user who signs in through one of the
            organization's providers with this address, verified. No letter is sent. It is recorded in the audit log.
            A link that was lost cannot be shown again: invitation resend makes a new one.
            """,
        options: [
            .config, .value("organization", "ID", isRequired: true, "where the user is invited to"),
            .value("role", "ROLE", isRequired: true, "organization-manager or organization-viewer"), .json,
        ],
        operands: [Operand(placeholder: "EMAIL", help: "the user's address")]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let settings = try call.settings()
        let organization = try call.organization(call.arguments.required("organization"), in: settings)
        let name = try call.arguments.required("role")
        guard let role = Role(exactly: name), InvitationRules.allow(role) else {
            throw .words("--role must be organization-manager or organization-viewer, not \(shown(name))")
        }
        let text = try call.arguments.operand("EMAIL")
        guard let address = InvitedAddress(text) else {
            throw .words("EMAIL \(InvitedAddress.fault(of: text)), not \(shown(text))")
        }
        guard settings.invitations.rules.allow(address) else {
            throw .failure("invitations.allowed_domains does not list \(address.email.domain)")
        }
        return try call.withAccess(settings) { (store) async throws(DatabaseError) -> ExitCode in
            let issued = try await InvitationStore(store).invite(
                address, as: role, to: organization, byOperatorOn: .ofOperator(lifetime: settings.invitations.lifetime),
                recording: AuditRecord(.invitationCreate, by: .operator, in: organization))
            switch issued {
            case .success(let issued) where issued.token == nil:
                call.warn(
                    "\(address) is invited already, and the link cannot be shown again; "
                        + "gatehouse invitation resend \(issued.invitation.id) makes a new one")
                return .no
            case .success(let issued):
                call.print(issued, under: settings)
                return .done
            case .failure(.invitedOtherwise(let role)):
                call.warn(
                    "\(address) is invited already, as \(role.rawValue); gatehouse invitation list shows that "
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
        details: "Those of all organizations, or of one, a line each, the newest first. Links are never shown.",
        options: [.config, .value("organization", "ID", "only this one"), .json]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let settings = try call.settings()
        let chosen = try call.chosenOrganization(in: settings)
        return try call.withAccess(settings, isWriting: false, isMade: false) {
            (store) async throws(DatabaseError) -> ExitCode in
            call.print(try await InvitationStore(store).invitations(chosen), of: chosen)
            return .done
        }
    }

    static let invitationResend = Command(
        path: ["invitation", "resend"], summary: "Makes a new link for an invitation, and prints it",
        details: """
            Links that were made before work no more; the new one lives as long as a new invitation. No letter is sent.
            It is recorded in the audit log.
            """,
        options: [.config, .json], operands: [Operand(placeholder: "ID", help: "as invitation list shows it")]
    ) { (call) throws(CommandFailure) -> ExitCode in
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
        path: ["invitation", "revoke"], summary: "Ends an invitation that is pending",
        details: "Its link works no more. It is recorded in the audit log.",
        options: [.config, .json], operands: [Operand(placeholder: "ID", help: "as invitation list shows it")]
    ) { (call) throws(CommandFailure) -> ExitCode in
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
