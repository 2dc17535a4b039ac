internal import AccessUseCases
internal import Configuration
internal import Grants
internal import Identities
internal import Invitations
internal import JSON
internal import Time

extension Invocation {
    /// Returns the invited address and role that the arguments name.
    func invitationDraft(under rules: InvitationRules) throws(CommandError) -> InvitationDraft {
        let (email, role) = (try arguments.operand("EMAIL"), try arguments.required("role"))
        do throws(InvitationDraftError) {
            return try InvitationDraft(email: email, role: role, under: rules)
        } catch {
            switch error.role {
            case .unknown, .notByInvitation:
                throw .usage("--role must be organization-manager or organization-viewer, not \(shown(role))")
            case nil: break
            }
            switch error.address {
            case .notAnAddress, nil:
                throw .usage("EMAIL must be an email address such as name@example.com, not \(shown(email))")
            case .domainIncomplete:
                throw .usage("the domain of EMAIL must have a dot, such as acme.example, not \(shown(email))")
            case .domainNotASCII:
                throw .usage("the domain of EMAIL has letters outside ASCII; write it in its ASCII form, xn--…")
            case .domainNotAllowed:
                throw .failure("invitations.allowed_domains does not list \(EmailAddress(email).domain)")
            }
        }
    }

    /// Prints the link of an invitation. With `--json`, prints an object with the invitation and its link.
    func print(_ issued: IssuedInvitation, under settings: Settings) {
        guard let token = issued.token else { return }
        let link = token.link(at: settings.publicURL.origin)
        guard arguments.has("json") else {
            print(link)
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.members(of: issued.invitation)
        writer.member("link", link)
        writer.endObject()
        print(writer.bytes)
    }

    /// Prints invitations, one per line. With `--json`, prints a list.
    func print(_ invitations: [Invitation], of organization: OrganizationID?) {
        guard arguments.has("json") else {
            if invitations.isEmpty { warn("no invitations are stored\(organization.map { " in \($0)" } ?? "")") }
            print(
                invitations.map {
                    "\($0.id)  \($0.organization)  \($0.role.rawValue)  \($0.email.spelling)  \($0.state.rawValue)  "
                        + "expires \($0.expiresAt.rfc3339)"
                })
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        for invitation in invitations {
            writer.beginObject()
            writer.members(of: invitation)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        print(writer.bytes)
    }

    /// Prints that an invitation was revoked.
    func print(revoked invitation: Invitation) {
        guard arguments.has("json") else {
            print("the invitation of \(invitation.email) to \(invitation.organization) was revoked")
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.members(of: invitation, in: .revoked)
        writer.endObject()
        print(writer.bytes)
    }

    /// Prints why an invitation cannot be changed, and what to do instead.
    func warn(_ refusal: AccessRefusal, _ id: String) -> ExitCode {
        switch refusal {
        case .closed(let state):
            warn("the invitation \(shown(id)) is already \(state.rawValue); gatehouse invitation create makes another")
        default: warn("no invitation has the id \(shown(id)); gatehouse invitation list shows the ids")
        }
        return .no
    }
}

extension JSONWriter {
    /// - Parameter state: the state after the change; nil if nothing changed.
    fileprivate mutating func members(of invitation: Invitation, in state: Invitation.State? = nil) {
        member("id", invitation.id)
        member("organization", invitation.organization.text)
        member("email", invitation.email.spelling)
        member("role", invitation.role.rawValue)
        member("state", (state ?? invitation.state).rawValue)
        member("created_at", invitation.createdAt.rfc3339)
        member("expires_at", invitation.expiresAt.rfc3339)
    }
}
