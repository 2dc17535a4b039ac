internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import Pages
internal import Policy
internal import Text

extension ManagementPages {
    func members(_ notice: Notice? = nil, status: Status = .ok) async throws(Problem) -> Reply {
        var page = try await membersPage()
        page.notice = notice
        return try await show(page, status)
    }

    /// Performs the action of a form, then redirects the browser to the page.
    func changeMembers(_ form: [ExactText: String]) async throws(Problem) -> Reply {
        let (action, id, isConfirmed) = (form["action"] ?? "", form["id"] ?? "", form["confirm"] == "self")
        do throws(Problem) {
            switch action {
            case "invite": return try await invite(form)
            case "resend": return try await link(management.resend(id), done: "resent")
            case "revoke_invitation": try await management.revokeInvitation(id)
            case "revoke_grant": try await management.revoke(id, isConfirmed: isConfirmed)
            case "suspend": _ = try await management.suspend(identity(id), isConfirmed: isConfirmed)
            case "unsuspend": try await management.unsuspend(identity(id))
            case "end_sessions": try await management.endSessions(of: identity(id))
            default: throw Problem(.invalidRequest, detail: "The form asks for nothing that is known here.")
            }
            return redirect(done: action)
        } catch {
            return try await refused(error, form)
        }
    }

    private func identity(_ text: String) throws(Problem) -> IdentityID {
        guard let id = IdentityID(text) else { throw Problem(AccessRefusal.notFound) }
        return id
    }

    private func invite(_ form: [ExactText: String]) async throws(Problem) -> Reply {
        let text = (form["email"] ?? "").withoutWhiteSpace()
        guard let address = InvitedAddress(text) else {
            throw Problem(
                .invalidRequest, status: 422, detail: "The address \(InvitedAddress.fault(of: text)).")
        }
        if let fault = management.today.fault(of: address) {
            throw Problem(.invalidRequest, status: 422, detail: "The address \(fault).")
        }
        guard let role = form["role"].flatMap(Role.init(exactly:)) else {
            throw Problem(.invalidRequest, status: 422, detail: "Choose a role.")
        }
        if let fault = Deployment.fault(ofInviting: role) {
            throw Problem(.invalidRequest, status: 422, detail: "The role \(fault).")
        }
        let issued = try await management.invite(address, as: role)
        guard issued.isNew else { return redirect(done: "pending") }
        return try await link(issued, done: "invited")
    }

    /// The reply with a link that is shown once; an email needs no such reply.
    private func link(_ issued: IssuedInvitation, done: String) async throws(Problem) -> Reply {
        guard let token = issued.token else { return redirect(done: done) }
        return try await members(
            .done(
                "Send this link to \(issued.invitation.email.spelling). It works once, and only for that address.",
                link: management.deployment.link(token)))
    }

    /// The page with the problem above it, and the submitted values in its form.
    private func refused(_ problem: Problem, _ form: [ExactText: String]) async throws(Problem) -> Reply {
        guard problem.isAboutInput else { throw problem }
        var page = try await membersPage()
        page.notice = .trouble(problem.detail)
        page.draft = (form["email"] ?? "", form["role"].flatMap(Role.init(exactly:)) ?? .viewer)
        if problem.code == .conflict, problem.reason == nil, form["confirm"] == nil,
            let action = form["action"], ["revoke_grant", "suspend"].contains(exactly: action)
        {
            page.notice = .trouble("This takes your own role away.")
            page.confirmation = MembersPage.Confirmation(fields: ["action": action, "id": form["id"] ?? ""])
        }
        return try await show(page, Status(problem.status))
    }

    /// The rows of a table per page.
    private static let rows = 50

    private func membersPage() async throws(Problem) -> MembersPage {
        let rows = ManagementPages.rows
        let members = try await management.members(
            by: .name, after: query["after"].flatMap { IdentityID($0) }, limit: rows + 1)
        let suspensions = try await management.suspensions(
            after: query["suspended_after"].flatMap { IdentityID($0) }, limit: rows + 1)
        let invitations = try await invitationsShown()
        let ranks = try await management.ranks()
        let people = members.prefix(rows).map { member in
            MembersPage.Person(
                identity: member.id.text, name: member.name, role: member.role,
                sources: member.sources.map { ManagementPages.source($0, ranks) },
                provider: member.signIn.map { management.deployment.signIn.name(of: $0.provider) },
                lastSignIn: member.signIn?.seenAt, isOneself: management.isOwn(member.id))
        }
        var page = MembersPage(
            account: account, organization: organization, people: people, invitations: invitations,
            suspensions: Array(suspensions.prefix(rows)), formToken: formToken,
            sendsLetters: management.deployment.mail != nil)
        page.peopleAfter = members.count > rows ? members[rows - 1].id.text : nil
        page.suspensionsAfter = suspensions.count > rows ? suspensions[rows - 1].id.text : nil
        page.isFirst = query["after"] == nil && query["suspended_after"] == nil
        return page
    }

    /// All pending invitations, then the newest of the others.
    private func invitationsShown() async throws(Problem) -> [Invitation] {
        let pending = try await management.invitations(in: .pending, limit: 500)
        return pending + (try await management.invitations(limit: 50).filter { $0.state != .pending })
    }

    private static func source(_ source: Member.Source, _ ranks: [ExactText: Int]) -> MembersPage.Source {
        switch source {
        case .claimMapping(let row, let role):
            let rank = row.flatMap { ranks[ExactText($0)] }
            return MembersPage.Source(
                text: "claim mapping\(rank.map { ", row \($0)" } ?? "") (\(role.title))", grant: nil)
        case .grant(let grant):
            let how = grant.source == .invitation ? "invitation" : "operator"
            return MembersPage.Source(text: "\(how) (\(grant.role.title))", grant: grant.id)
        }
    }
}
