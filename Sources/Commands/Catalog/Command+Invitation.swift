internal import Audit
internal import Configuration
internal import Databases
internal import Gateway
internal import Grants
internal import JSON
internal import Organizations
internal import Text
internal import Time

extension Command {
    static let invitationCreate = Command(
        path: ["invitation", "create"], summary: "Invites somebody, and prints the link",
        details: """
            The operator's way in: the first manager. The link works once, for whoever signs in through one of the
            organization's providers with this address, verified. No letter is sent. It is recorded in the audit log.
            """,
        options: [
            .config, .value("organization", "ID", isRequired: true, "where they are invited to"),
            .value("role", "ROLE", isRequired: true, "organization-manager or organization-viewer"), .json,
        ],
        operands: [Operand(placeholder: "EMAIL", help: "whom to invite")]
    ) { (call) throws(CommandFailure) -> ExitCode in
        let settings = try call.settings()
        let organization = try call.organization(call.arguments.required("organization"), in: settings)
        let name = try call.arguments.required("role")
        guard let role = Role(exactly: name), role != .publisher else {
            throw .words("--role must be organization-manager or organization-viewer, not \(shown(name))")
        }
        let text = try call.arguments.operand("EMAIL")
        guard let address = InvitedAddress(text) else {
            throw .words("EMAIL \(InvitedAddress.fault(of: text)), not \(shown(text))")
        }
        let allowed = settings.invitations.allowedDomains
        guard allowed.isEmpty || allowed.contains(address.domain) else {
            throw .failure("invitations.allowed_domains does not list \(address.domain)")
        }
        let terms = InvitationTerms(
            inviter: nil, inviterEmail: nil, lifetime: settings.invitations.lifetime, perDay: nil, sendsLetter: false)
        let keys = try call.checkpointKeys(settings)
        let issued: Result<IssuedInvitation, AccessRefusal>
        do throws(DatabaseError) {
            let database = try GatewayProcess.open(settings.storage)
            defer { database.close() }
            let now = call.now
            issued = try AccessStore(database: database, now: now).inviteBlocking(
                address, as: role, to: organization, on: terms,
                recording: AuditRecord(.invitationCreate, by: .operator, in: organization))
            call.makeCheckpointIfDue(keys, database)
        } catch {
            throw .failure("the store cannot be used: \(error)")
        }
        switch issued {
        case .success(let issued):
            guard let token = issued.token else {
                call.warn("\(address) is invited already; a manager can send it again or revoke it")
                return .no
            }
            let link = OperatorView.link(token, under: settings)
            if call.arguments.has("json") {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("id", issued.invitation.id)
                writer.member("email", issued.invitation.email)
                writer.member("role", role.rawValue)
                writer.member("expires_at", issued.invitation.expiresAt.rfc3339)
                writer.member("link", link)
                writer.endObject()
                call.print(writer.bytes)
            } else {
                call.print(link)
            }
            return .done
        case .failure(.invitedOtherwise(let role)):
            call.warn("\(address) is invited already, as \(role.rawValue); revoke that invitation first")
            return .no
        case .failure(let refusal):
            throw .failure("the invitation was refused: \(refusal)")
        }
    }
}
