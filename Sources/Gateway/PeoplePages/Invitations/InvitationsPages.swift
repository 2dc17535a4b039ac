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

/// The list of an organization's invitations, and the actions on one of them.
struct InvitationsPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "invitationsPage", .get, Paths.invitations, .page, .permitted(.readMembers, .later(show)),
                isExport: { ExportFormat($0) != nil }),
            Endpoint(
                "invitationsPage", .post, Paths.invitations, .page,
                .permitted(.writeMembers, .form(.required, resend))),
            Endpoint(
                "invitationActionPage", .get, Paths.invitationAction, .page,
                .permitted(.writeMembers, .later(ask))),
            Endpoint(
                "invitationActionPage", .post, Paths.invitationAction, .page,
                .permitted(.writeMembers, .form(.required, revoke))),
        ]
    }

    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        if let format = ExportFormat(context) {
            return try await PeopleExport<String>.invitations(
                matching: InvitationQuery(context.query), as: format, management
            ).reply(context)
        }
        let notice = try await ActionNotice(
            management: management, formToken: permitted.formToken, organization: permitted.header
        ).notice(context)
        return try await list(context, permitted, management, notice)
    }

    private func list(
        _ context: RequestContext, _ permitted: PermittedCaller, _ management: ManagementRequest, _ notice: Notice?,
        _ status: Status = .ok
    ) async throws(Problem) -> Reply {
        let query = InvitationQuery(context.query)
        let found = try await management.invitations(matching: query)
        var page = InvitationsPage(
            account: permitted.caller.account, organization: permitted.header, counts: try await management.counts(),
            query: query, page: found,
            names: try await management.names(of: Set(found.items.compactMap(\.inviter))),
            formToken: permitted.formToken, sendsEmail: management.configuration.sendsEmail)
        page.notice = notice
        page.results = try await management.keptResults()
        return try await management.show(page, status)
    }

    /// Sends an invitation again, or makes a new link for it.
    private func resend(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        guard form["action"].isExactly("resend") else {
            throw Problem(.invalidRequest, detail: "The form has an unknown action.")
        }
        do throws(Problem) {
            let issued = try await management.renew(form["id"] ?? "")
            if issued.token != nil {
                return try await InvitingPages.reply(
                    to: management.result(of: [issued]), context, permitted, management)
            }
            var done = try await management.performed(.invitationResend)
            if done == nil { done = try await management.performed(.invitationCreate) }
            guard let done else { throw Problem(.conflict, detail: "This address is already invited.") }
            return .redirect(
                [(ActionNotice.item, String(done.sequence))].address(
                    of: Paths.invitations.path(permitted.organization.id.text)))
        } catch {
            guard error.isAboutInput else { throw error }
            return try await list(context, permitted, management, .trouble(error.inputText), Status(error.status))
        }
    }

    // MARK: Revoking

    private func ask(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        try await ask(context, permitted, management.management(context, permitted), nil)
    }

    private func ask(
        _ context: RequestContext, _ permitted: PermittedCaller, _ management: ManagementRequest, _ notice: Notice?,
        _ status: Status = .ok
    ) async throws(Problem) -> Reply {
        let (id, address) = (context.variable("id"), address(context, permitted))
        guard context.variable("action").isExactly("revoke"), let formToken = permitted.formToken,
            let invitation = try await management.invitation(id), invitation.state == .pending
        else { throw Problem.notFound }
        let page = InvitationRevocationPage(
            account: permitted.caller.account, organization: permitted.header, invitation: invitation,
            path: address.revoking(id), cancel: "\(address.url())#i-\(id)", formToken: formToken, notice: notice)
        return try await management.show(page, status)
    }

    private func revoke(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        guard context.variable("action").isExactly("revoke") else { throw Problem.notFound }
        let management = management.management(context, permitted)
        do throws(Problem) {
            let id = context.variable("id")
            try await management.revokeInvitation(id)
            let done = try await management.performed(.invitationRevoke)
            let list =
                (InvitationListAddress.items(InvitationQuery(context.query))
                + [(ActionNotice.item, done.map { String($0.sequence) } ?? "")])
                .address(of: Paths.invitations.path(permitted.organization.id.text))
            return .redirect("\(list)#i-\(id)")
        } catch {
            guard error.isAboutInput else { throw error }
            return try await list(context, permitted, management, .trouble(error.inputText), Status(error.status))
        }
    }

    private func address(_ context: RequestContext, _ permitted: PermittedCaller) -> InvitationListAddress {
        InvitationListAddress(organization: permitted.header, query: InvitationQuery(context.query))
    }
}
