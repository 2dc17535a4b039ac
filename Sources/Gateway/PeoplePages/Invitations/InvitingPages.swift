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
internal import Time
internal import Web

/// The pages to invite people: the form with its check, and the result with the links.
struct InvitingPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "newInvitationsPage", .get, Paths.newInvitations, .page, .permitted(.writeMembers, .later(show))),
            Endpoint(
                "newInvitationsPage", .post, Paths.newInvitations, .page,
                .permitted(.writeMembers, .form(.required, invite))),
            Endpoint(
                "invitationLinksPage", .get, Paths.invitationLinks, .page,
                .permitted(.writeMembers, .later(links))),
            Endpoint(
                "invitationLinksPage", .post, Paths.invitationLinks, .page,
                .permitted(.writeMembers, .form(.required, finish))),
        ]
    }

    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let role = InvitingPages.role(context.query["role"])
        if context.query["by"].isExactly("claim") {
            return try await management.show(claimPage(context, permitted, management, role))
        }
        var page = InvitingPages.page(permitted, management)
        page.draft.text = String((context.query["email"] ?? "").prefix(1024))
        page.draft.role = role
        return try await management.show(page)
    }

    private func claimPage(
        _ context: RequestContext, _ permitted: PermittedCaller, _ management: ManagementRequest, _ role: Role
    ) async throws(Problem) -> ClaimInvitingPage {
        func text(_ name: ExactText, _ length: Int) -> String {
            String((context.query[name] ?? "").unicodeScalars.prefix(length))
        }
        let (claim, value) = (text("claim", 255), text("value", 1024))
        return ClaimInvitingPage(
            account: permitted.caller.account, organization: permitted.header, role: role, claim: claim, value: value,
            seen: try await management.seenClaims(claim, value) {
                ClaimInvitingPage.address(
                    Paths.newInvitations.path(permitted.organization.id.text), claim: $0, value: $1, role)
            })
    }

    // MARK: Inviting

    private func invite(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var page = InvitingPages.page(permitted, management)
        page.draft = InvitingPages.draft(form)
        let texts = InvitingPages.addresses(in: page.draft.text)
        let count = Set(texts.map { ExactText($0.asciiLowercased()) }).count
        guard (1...InvitationEntry.most).contains(count) else {
            page.fault =
                count == 0
                ? "Enter at least one email address."
                : "Enter up to \(InvitationEntry.most) addresses at once. There are \(count)."
            return try await management.show(page, Status(422))
        }
        let check = try await management.check(texts, for: page.draft.role, keeping: page.draft.kept)
        page.check = check
        // Only what the user has seen checked is sent.
        let isSeen = form["checked"].map { InvitingPages.isSame($0, page.draft.text) } ?? false
        guard form["action"].isExactly("send"), isSeen, !check.ready.isEmpty else {
            return try await management.show(page)
        }
        let outcomes = try await management.inviteAll(check.ready, for: page.draft.role)
        let created = outcomes.compactMap { try? $0.result.get() }
        guard !created.isEmpty else {
            page.check = try await management.check(texts, for: page.draft.role, keeping: page.draft.kept)
            page.notice = .trouble(outcomes.lazy.compactMap(\.obstacle?.text).first ?? "")
            return try await management.show(page, Status(409))
        }
        let others = outcomes.compactMap { outcome in
            outcome.obstacle.map { InvitingResult.Other(email: outcome.entry.text, text: $0.text) }
        }
        return try await InvitingPages.reply(
            to: management.result(of: created, others: others), context, permitted, management)
    }

    /// Keeps a result and leads to its page. The links of a caller without a session are shown at once.
    static func reply(
        to result: InvitingResult, _ context: RequestContext, _ permitted: PermittedCaller,
        _ management: ManagementRequest
    ) async throws(Problem) -> Reply {
        if let kept = try await management.keep(result) {
            let replaced = kept.replacedLinks == 0 ? "" : String(kept.replacedLinks)
            return .redirect(
                [("id", kept.id), ("replaced", replaced)].address(
                    of: Paths.invitationLinks.path(permitted.organization.id.text)))
        }
        return try await management.show(
            InvitingResultPage(
                account: permitted.caller.account, organization: permitted.header, result: result, id: nil,
                formToken: nil))
    }

    // MARK: Result

    private func links(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        guard let id = context.query["id"], let result = try await management.keptResult(id) else {
            // A result is gone once the user is done with it: also for the browser's history.
            return .redirect(Paths.invitations.path(permitted.organization.id.text))
        }
        var page = InvitingResultPage(
            account: permitted.caller.account, organization: permitted.header, result: result, id: id,
            formToken: permitted.formToken)
        page.replacedLinks = context.query["replaced"].flatMap { Int($0) } ?? 0
        return try await management.show(page)
    }

    private func finish(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        try await management.forgetResult(form["id"] ?? "")
        return .redirect(Paths.invitations.path(permitted.organization.id.text))
    }

    // MARK: Form

    private static func page(_ permitted: PermittedCaller, _ management: ManagementRequest) -> InvitingPage {
        InvitingPage(
            account: permitted.caller.account, organization: permitted.header,
            formToken: permitted.formToken ?? "", sendsEmail: management.configuration.sendsEmail,
            days: max(1, Int(management.configuration.invitationLifetime.components.seconds / 86400)))
    }

    private static func role(_ text: String?) -> Role { text.isExactly(Role.manager.rawValue) ? .manager : .viewer }

    /// The content of the form after its buttons: *Remove*, *Use* and *Keep* change it.
    private static func draft(_ form: Form) -> InvitingPage.Draft {
        var draft = InvitingPage.Draft()
        (draft.text, draft.role) = (form["emails"] ?? "", role(form["role"]))
        draft.kept = (form["kept"] ?? "").words(between: " ").map { String($0) }
        if let text = form["keep"] { draft.kept.append(text) }
        if let text = form["remove"] { draft.text = replacing(text, with: nil, in: draft.text) }
        if let (old, new) = form["use"]?.cut(at: " ") {
            draft.text = replacing(String(old), with: String(new), in: draft.text)
        }
        return draft
    }

    /// The list of addresses with one of them replaced or removed, one a line.
    private static func replacing(_ old: String, with new: String?, in text: String) -> String {
        addresses(in: text).compactMap { $0.isExactly(ignoringASCIICase: old) ? new : $0 }.joined(separator: "\n")
    }

    /// The addresses of a text, between commas, semicolons and white space.
    static func addresses(in text: String) -> [String] {
        // White space includes Unicode's, for text that users paste.
        let spaced = text.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }
        return String(String.UnicodeScalarView(spaced)).words(between: " ", ",", ";").map { String($0) }
    }

    /// Returns true if two texts have the same addresses: browsers send other line breaks than they received.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        addresses(in: one).elementsEqual(addresses(in: other)) { $0.isExactly($1) }
    }
}
