package import Endpoints
internal import Grants
package import Identities
package import Invitations
internal import Management
internal import RuntimeConfiguration

extension ManagementRequest {
    /// Returns a page of the invitations, newest first.
    ///
    /// - Parameters:
    ///   - state: returns only invitations in this state; nil for all.
    ///   - before: the last invitation of the previous page: its time in seconds and its id.
    package func invitations(
        in state: Invitation.State? = nil, before: (at: Int64, id: String)? = nil, limit: Int
    ) async throws(Problem) -> [Invitation] {
        try await answering { actions throws(ManagementError) in
            try await actions.invitations(in: state, before: before, limit: limit)
        }
    }

    /// Invites the `email` for the `role` that a JSON object or a form names.
    ///
    /// - Throws: `invalid_request` with every fault of the fields, or the reason of a refusal.
    package func invite(_ reader: inout FieldReader) async throws(Problem) -> IssuedInvitation {
        reader.allow("email", "role")
        let (email, role) = (reader.text("email", in: 0...254), reader.text("role"))
        let draft: InvitationDraft?
        do throws(InvitationDraftError) {
            draft = try InvitationDraft(email: email ?? "", role: role ?? "", under: today.invitationRules)
        } catch {
            draft = nil
            // A field that could not be read has a fault already.
            if email != nil, let issue = error.address { reader.fault("email", issue.text) }
            if role != nil, let issue = error.role { reader.fault("role", issue.text) }
        }
        try reader.finish()
        guard let draft else { throw Problem.fieldMissing }
        let issued = try await answering { actions throws(ManagementError) in try await actions.invite(draft) }
        if configuration.sendsEmail { factory.outboxSignal.wake() }
        return issued
    }

    /// Invites the addresses `emails` for the `role` that a JSON object names.
    ///
    /// - Throws: `invalid_request` if the whole cannot be decided.
    package func inviteAll(_ reader: inout FieldReader) async throws(Problem) -> [InvitationOutcome] {
        reader.allow("emails", "role")
        let emails = reader.texts("emails", count: 1...InvitationEntry.most)
        var role: Role?
        if let text = reader.text("role") {
            do throws(InvitationDraftError) {
                role = try InvitationDraft.role(text)
            } catch {
                if let issue = error.role { reader.fault("role", issue.text) }
            }
        }
        try reader.finish()
        guard let emails, let role else { throw Problem.fieldMissing }
        return try await inviteAll(emails, for: role)
    }

    /// Invites addresses as they were entered.
    package func inviteAll(_ emails: [String], for role: Role) async throws(Problem) -> [InvitationOutcome] {
        let entries = InvitationEntry.list(emails, under: today.invitationRules)
        let outcomes = try await answering { actions throws(ManagementError) in
            try await actions.invite(entries, for: role)
        }
        if configuration.sendsEmail { factory.outboxSignal.wake() }
        return outcomes
    }

    /// Makes a new link for a pending invitation.
    package func resend(_ invitation: String) async throws(Problem) -> IssuedInvitation {
        let issued = try await answering { actions throws(ManagementError) in try await actions.resend(invitation) }
        if configuration.sendsEmail { factory.outboxSignal.wake() }
        return issued
    }

    /// Makes a new link for a pending invitation, or a new invitation in place of an expired one.
    package func renew(_ invitation: String) async throws(Problem) -> IssuedInvitation {
        guard let known = try await self.invitation(invitation), known.state == .expired else {
            return try await resend(invitation)
        }
        var reader = FieldReader(form: [
            ("email", .text(known.email.text)), ("role", .text(known.role.rawValue)),
        ])
        return try await invite(&reader)
    }

    /// Revokes a pending invitation.
    package func revokeInvitation(_ invitation: String) async throws(Problem) {
        try await answering { actions throws(ManagementError) in try await actions.revokeInvitation(invitation) }
    }

    /// An invitation's link.
    package func link(_ token: InvitationToken) -> String { token.link(at: configuration.publicURL) }
}
