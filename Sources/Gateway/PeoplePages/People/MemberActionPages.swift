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

/// The questions before actions on a user, and their answers.
struct MemberActionPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "memberActionPage", .get, Paths.memberAction, .page, .permitted(.writeMembers, .later(ask))),
            Endpoint(
                "memberActionPage", .post, Paths.memberAction, .page,
                .permitted(.writeMembers, .form(.required, perform))),
        ]
    }

    private func ask(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        return try await management.show(try await page(context, permitted, management))
    }

    private func perform(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        do throws(Problem) {
            let done = try await perform(context, form, management)
            let list =
                (MemberActionPages.items(context).filter { !$0.name.isExactly("grant") }
                + [(ActionNotice.item, String(done.sequence))])
                .address(of: permitted.header.path(.members))
            return .redirect(list + (try MemberActionPages.anchor(context)))
        } catch {
            guard error.isAboutInput else { throw error }
            var page = try await page(context, permitted, management)
            page.reason = form["reason"] ?? ""
            if error.needsConfirmation {
                page.confirmsOwnLoss = true
                page.notice = .trouble("This removes your own role. Confirm it to go on.")
            } else if let fault = error.faults.first {
                page.reasonFault = fault.detail
            } else {
                page.notice = .trouble(error.inputText)
            }
            return try await management.show(page, Status(error.status))
        }
    }

    private func perform(
        _ context: RequestContext, _ form: Form, _ management: ManagementRequest
    ) async throws(Problem) -> RecentAction {
        let (action, id) = try MemberActionPages.named(context)
        let isConfirmed = form["confirm"].isExactly("self")
        let event: AuditAction
        switch action {
        case .suspend:
            var reader = FieldReader(form: [("reason", .text(form["reason"] ?? ""))])
            let reason = reader.text("reason", isRequired: false, in: 0...SuspensionTerms.longestReason)
            try reader.finish()
            _ = try await management.suspend(
                id, reason: reason?.trimmingBlanks().description, endsSessions: true, isConfirmed: isConfirmed)
            event = .suspensionCreate
        case .reinstate:
            try await management.unsuspend(id)
            event = .suspensionDelete
        case .endSessions:
            try await management.endSessions(of: id)
            event = .sessionEnd
        case .revokeRole:
            let grant = context.query["grant"] ?? ""
            // The grant must be one of the user whom the question named.
            guard try await management.person(id)?.known.grants.contains(where: { $0.id.isExactly(grant) }) == true
            else { throw Problem.notFound }
            try await management.revoke(grant, isConfirmed: isConfirmed)
            event = .grantRevoke
        }
        guard let done = try await management.performed(event) else {
            // A suspension that another manager has made meanwhile stays as it is.
            throw Problem(.conflict, detail: "Another manager has done this in the meantime.")
        }
        return done
    }

    // MARK: Parts

    private static func named(_ context: RequestContext) throws(Problem) -> (action: MemberAction, id: IdentityID) {
        guard let action = MemberAction(exactly: context.variable("action")),
            let id = IdentityID(context.variable("identity_id"))
        else { throw Problem.notFound }
        return (action, id)
    }

    /// The user's row after an action that leaves it in its list, so that the focus returns there.
    private static func anchor(_ context: RequestContext) throws(Problem) -> String {
        let (action, id) = try named(context)
        return switch action {
        case .suspend, .reinstate: ""
        case .endSessions, .revokeRole: "#\(MemberRow.anchor(id.text))"
        }
    }

    /// The items of the question's address that it and its answer carry on.
    private static func items(_ context: RequestContext) -> [AddressItem] {
        if context.query["list"].isExactly("suspended") {
            let (page, limit) = Pager.place(context.query)
            return [
                ("list", "suspended"), ("q", context.query["q"] ?? ""), ("order", context.query["order"] ?? ""),
                ("limit", limit == 50 ? "" : String(limit)), ("page", page == 1 ? "" : String(page)),
            ]
        }
        return [("grant", context.query["grant"] ?? "")] + MemberListAddress.items(MemberQuery(context.query))
    }

    private func page(
        _ context: RequestContext, _ permitted: PermittedCaller, _ management: ManagementRequest
    ) async throws(Problem) -> MemberActionPage {
        let (action, id) = try MemberActionPages.named(context)
        guard let formToken = permitted.formToken, let person = try await management.person(id) else {
            throw Problem.notFound
        }
        let row = try await MemberRows(management, of: person.member?.grants ?? []).row(person)
        let facts = try await facts(action, person, row, context, management)
        let items = MemberActionPages.items(context)
        let list = items.filter { !$0.name.isExactly("grant") }.address(of: permitted.header.path(.members))
        return MemberActionPage(
            account: permitted.caller.account, organization: permitted.header, facts: facts, items: items,
            cancel: "\(list)#\(row.anchor)", formToken: formToken)
    }

    /// What the action would do now.
    ///
    /// - Throws: `not_found` if there is nothing to do.
    private func facts(
        _ action: MemberAction, _ person: PersonAccess, _ row: MemberRow, _ context: RequestContext,
        _ management: ManagementRequest
    ) async throws(Problem) -> MemberActionFacts {
        var facts = MemberActionFacts(action, on: row)
        let emails = person.known.verifiedEmails
        switch action {
        case .suspend:
            facts.endsSessions = person.member != nil
            facts.sessions = try await management.sessions(of: person.known.identity).count
            facts.addresses = emails.map(\.spelling).sorted()
            facts.invitations = try await management.sent(by: person.id, emails: emails).map(\.email.spelling)
        case .reinstate:
            facts.reason = person.suspension?.reason
            facts.addresses = person.suspension?.emails.map(\.spelling).sorted() ?? []
        case .endSessions:
            facts.sessions = try await management.sessions(of: person.known.identity).count
        case .revokeRole:
            let grant = context.query["grant"] ?? ""
            facts.revoked = row.sources.first { $0.grant.isExactly(grant) }
            guard let revoked = facts.revoked else { throw Problem.notFound }
            if revoked.role == .manager {
                facts.invitations = try await management.sent(by: person.id, emails: []).map(\.email.spelling)
            }
        }
        return facts
    }
}
