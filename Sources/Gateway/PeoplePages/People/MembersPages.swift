internal import AccessUseCases
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import PageLayout
internal import People
internal import Policy
internal import RuntimeConfiguration
internal import Text

/// The lists of an organization's members and suspended users, and the reversal of the last action.
struct MembersPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "membersPage", .get, Paths.members, .page, .permitted(.readMembers, .later(show)),
                isExport: { ExportFormat($0) != nil }),
            Endpoint(
                "membersPage", .post, Paths.members, .page, .permitted(.writeMembers, .form(.required, undo))),
        ]
    }

    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        if let format = ExportFormat(context) {
            let export: PeopleExport<IdentityID> =
                context.query["list"].isExactly("suspended")
                ? .suspended(matching: SuspendedQuery(context.query), as: format, management)
                : .members(matching: MemberQuery(context.query), as: format, management)
            return try await export.reply(context)
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
        if context.query["list"].isExactly("suspended") {
            let (query, counts) = (SuspendedQuery(context.query), try await management.counts())
            let found = try await management.suspended(
                matching: query.text, isAscending: query.isAscending, page: query.page, limit: query.limit)
            var page = SuspendedPage(
                account: permitted.caller.account, organization: permitted.header, counts: counts, query: query,
                page: found.with(try await SuspendedPage.rows(found.items, management)))
            page.notice = notice
            return try await management.show(page, status)
        }
        let query = MemberQuery(context.query)
        let found = try await management.members(matching: query)
        let rows = try await MemberRows(management, of: found.items.flatMap(\.grants))
        var page = MembersPage(
            account: permitted.caller.account, organization: permitted.header,
            counts: try await management.counts(members: found.all), query: query,
            page: found.with(found.items.map(rows.row)),
            providers: management.providers.map { ($0.id.text, $0.name) }, rule: query.rule.flatMap(rows.rule))
        page.notice = notice
        return try await management.show(page, status)
    }

    /// Undoes a suspension or its end, then redirects to the list.
    private func undo(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        guard form["action"].isExactly("undo"), let sequence = form[ExactText(ActionNotice.item)].flatMap({ Int($0) })
        else { throw Problem(.invalidRequest, detail: "The form has an unknown action.") }
        do throws(Problem) {
            let action = try await management.undo(sequence)
            return .redirect(
                [(ActionNotice.item, action.map { String($0.sequence) } ?? "")]
                    .address(of: permitted.header.path(.members)))
        } catch {
            guard error.isAboutInput else { throw error }
            return try await list(context, permitted, management, .trouble(error.inputText), Status(error.status))
        }
    }
}

extension SuspendedPage {
    /// The rows of suspended users.
    static func rows(_ people: [PersonAccess], _ management: ManagementRequest) async throws(Problem) -> [Row] {
        let rows = try await MemberRows(management, of: people.flatMap { $0.member?.grants ?? [] })
        let names = try await management.names(of: Set(people.compactMap { $0.suspension?.suspendedBy }))
        return people.compactMap { person in
            person.suspension.map { suspension in
                Row(
                    person: rows.row(person), reason: suspension.reason,
                    suspendedBy: suspension.suspendedBy.flatMap { names[$0] }, suspendedAt: suspension.createdAt,
                    addresses: suspension.emails.filter { own in person.email.map { own != $0 } ?? true }
                        .map(\.spelling).sorted())
            }
        }
    }
}
