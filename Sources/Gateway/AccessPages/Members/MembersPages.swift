internal import AccessUseCases
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Text

/// The page of an organization's members, invitations and suspensions.
struct MembersPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        Endpoint.memberPage("membersPage", Paths.members, show: show, formsNeed: .writeMembers, perform: change)
    }

    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var page = try await page(context, permitted, management)
        page.notice = context.done
        return try await management.show(page)
    }

    /// The actions of the page's forms.
    private enum Action: String, CaseIterable, FormAction {
        case invite
        case resend
        case revokeInvitation = "revoke_invitation"
        case revokeGrant = "revoke_grant"
        case suspend
        case unsuspend
        case endSessions = "end_sessions"
    }

    /// Performs the action of a form, then redirects the browser to the page.
    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let (id, isConfirmed) = (form["id"] ?? "", form["confirm"] == "self")
        do throws(Problem) {
            let action = try Action(of: form)
            switch action {
            case .invite:
                let issued = try await invite(form, management)
                guard issued.isNew else { return context.redirect(done: "pending") }
                return try await link(issued, done: "invited", context, permitted, management)
            case .resend:
                return try await link(
                    management.resend(id), done: "resent", context, permitted, management)
            case .revokeInvitation: try await management.revokeInvitation(id)
            case .revokeGrant: try await management.revoke(id, isConfirmed: isConfirmed)
            case .suspend: _ = try await management.suspend(identity(id), isConfirmed: isConfirmed)
            case .unsuspend: try await management.unsuspend(identity(id))
            case .endSessions: try await management.endSessions(of: identity(id))
            }
            return context.redirect(done: action.rawValue)
        } catch {
            return try await refused(error, form, context, permitted, management)
        }
    }

    private func identity(_ text: String) throws(Problem) -> IdentityID {
        guard let id = IdentityID(text) else { throw Problem.notFound }
        return id
    }

    private func invite(_ form: Form, _ management: ManagementRequest) async throws(Problem) -> IssuedInvitation {
        var reader = FieldReader(form: [
            ("email", .text((form["email"] ?? "").withoutWhiteSpace())), ("role", .text(form["role"] ?? "")),
        ])
        return try await management.invite(&reader)
    }

    /// The reply with a link that is shown once; an email needs no such reply.
    private func link(
        _ issued: IssuedInvitation, done: String, _ context: RequestContext, _ permitted: PermittedCaller,
        _ management: ManagementRequest
    ) async throws(Problem) -> Reply {
        guard let token = issued.token else { return context.redirect(done: done) }
        var page = try await page(context, permitted, management)
        page.notice = .done(
            "Send this link to \(issued.invitation.email.spelling). It works once, and only for that address.")
        page.link = management.link(token)
        return try await management.show(page)
    }

    /// The page with the problem above it, and the submitted values in its form.
    private func refused(
        _ problem: Problem, _ form: Form, _ context: RequestContext, _ permitted: PermittedCaller,
        _ management: ManagementRequest
    ) async throws(Problem) -> Reply {
        guard problem.isAboutInput else { throw problem }
        var page = try await page(context, permitted, management)
        page.notice = .trouble(problem.inputText)
        page.draft = (form["email"] ?? "", form["role"].flatMap(Role.init(exactly:)) ?? .viewer)
        if problem.needsConfirmation, let action = form["action"] {
            page.notice = .trouble("This removes your own role.")
            page.confirmation = MembersPage.Confirmation(fields: ["action": action, "id": form["id"] ?? ""])
        }
        return try await management.show(page, Status(problem.status))
    }

    /// The rows of a table per page.
    private static let rows = 50

    private func page(
        _ context: RequestContext, _ permitted: PermittedCaller, _ management: ManagementRequest
    ) async throws(Problem) -> MembersPage {
        let (rows, query) = (MembersPages.rows, context.query)
        let members = try await management.members(
            by: .name, after: query["after"].flatMap { IdentityID($0) }, limit: rows + 1)
        let suspensions = try await management.suspensions(
            after: query["suspended_after"].flatMap { IdentityID($0) }, limit: rows + 1)
        let invitations = try await MembersPages.invitations(management)
        let ranks = try await management.ranks()
        let people = members.prefix(rows).map { member in
            MembersPage.Person(
                identity: member.id.text, name: member.name, role: member.role,
                sources: member.sources.map { MembersPages.source($0, ranks) },
                provider: member.signIn.map { management.configuration.name(of: $0.provider) },
                lastSignIn: member.signIn?.seenAt, isOneself: management.isOwn(member.id))
        }
        var page = MembersPage(
            account: permitted.caller.account, organization: permitted.header, people: people, invitations: invitations,
            suspensions: Array(suspensions.prefix(rows)), formToken: permitted.formToken,
            sendsEmail: management.configuration.sendsEmail)
        page.peopleAfter = members.count > rows ? members[rows - 1].id.text : nil
        page.suspensionsAfter = suspensions.count > rows ? suspensions[rows - 1].id.text : nil
        page.isFirst = query["after"] == nil && query["suspended_after"] == nil
        return page
    }

    /// All pending invitations, then the newest of the others.
    private static func invitations(_ management: ManagementRequest) async throws(Problem) -> [Invitation] {
        let pending = try await management.invitations(in: .pending, limit: 500)
        return pending + (try await management.invitations(limit: 50).filter { $0.state != .pending })
    }

    private static func source(_ source: Member.Source, _ ranks: [ExactText: Int]) -> MembersPage.Source {
        switch source {
        case .claimMapping(let row, let role):
            let rank = row.flatMap { ranks[ExactText($0)] }
            return MembersPage.Source(
                text: "claim rule\(rank.map { " \($0)" } ?? "") (\(role.title))", grant: nil)
        case .grant(let grant):
            let how = grant.source == .invitation ? "invitation" : "operator"
            return MembersPage.Source(text: "\(how) (\(grant.role.title))", grant: grant.id)
        }
    }
}
