internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Management
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Text
internal import Web

/// The page of an organization's access requests.
struct AccessRequestsPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "accessRequestsPage", .get, Paths.requests, .page, .permitted(.writeMappings, .later(show))),
            Endpoint(
                "accessRequestsPage", .post, Paths.requests, .page,
                .permitted(.writeMappings, .form(.required, change))),
        ]
    }

    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let query = context.query
        let view = AccessRequestsPage.View { query[ExactText($0)] }
        var page = try await page(view, permitted, management)
        page.notice = try await notice(view, query, permitted, management)
        return try await management.show(page)
    }

    /// Performs the action of a form, then redirects the browser to the page, which names the user.
    private func change(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        let view = AccessRequestsPage.View { form[ExactText($0)] }
        do throws(Problem) {
            let action = try AccessRequestsPage.Action(of: form)
            let id = form["id"] ?? ""
            try await management.dismissRequest(id, action == .dismiss)
            let items = view.items + [("done", action.rawValue), ("request", id)]
            return .redirect("\(context.request.target.path)?\(FormEncoding.query(items))")
        } catch {
            guard error.isAboutInput else { throw error }
            var page = try await page(view, permitted, management)
            page.notice = .trouble(error.code == .notFound ? "This request is no longer stored." : error.inputText)
            return try await management.show(page, Status(error.status))
        }
    }

    /// The notice after an action; nil if there was none, or if the request was changed since.
    private func notice(
        _ view: AccessRequestsPage.View, _ query: [ExactText: String], _ permitted: PermittedCaller,
        _ management: ManagementRequest
    ) async throws(Problem) -> Notice? {
        guard let action = query["done"].flatMap(AccessRequestsPage.Action.init(exactly:)), let id = query["request"],
            let request = try await management.deniedSignIn(id)?.request,
            request.state == (action == .dismiss ? .dismissed : .open)
        else { return nil }
        let path = permitted.header.path(.requests)
        let name = request.name ?? request.email?.spelling ?? request.identity.subject.text
        var notice = Notice(
            .done,
            action == .dismiss
                ? "The request of <strong>\(name)</strong> was dismissed."
                : "The request of <strong>\(name)</strong> is open again.",
            dismissal: view.items.isEmpty ? path : "\(path)?\(FormEncoding.query(view.items))")
        if action == .dismiss {
            notice.button = ButtonForm(
                path: path, token: permitted.formToken, fields: AccessRequestsPage.fields(.reopen, id, in: view),
                title: "Undo", label: "Undo: open the request of \(name) again")
        }
        return notice
    }

    // MARK: Parts

    private func page(
        _ view: AccessRequestsPage.View, _ permitted: PermittedCaller, _ management: ManagementRequest
    ) async throws(Problem) -> AccessRequestsPage {
        let found = try await management.accessRequests(
            view.state, matching: view.text, page: view.number, limit: view.limit)
        let table = try await management.mappings()
        var view = view
        view.number = found.number
        // Long claims and verdicts are read here.
        let rows = try await management.offReactor { found.items.map { management.row($0, table) } }
        return AccessRequestsPage(
            account: permitted.caller.account, organization: permitted.header, rows: rows, view: view,
            matches: found.matches, counts: found.counts, formToken: permitted.formToken)
    }
}

extension ManagementRequest {
    fileprivate func row(_ item: AccessRequestList.Item, _ table: MappingTable) -> AccessRequestRow {
        let request = item.denied.request
        let email = request.email
        return AccessRequestRow(
            id: request.id, name: request.name, address: email?.spelling, isVerified: request.isEmailVerified,
            provider: configuration.name(of: request.provider), subject: request.identity.subject.text,
            isSuspended: isSuspended(request.identity, request.isEmailVerified ? email : nil), reason: request.reason,
            obstacle: AccessRequestRow.Obstacle(item.denied, table),
            namesakeProvider: item.namesakes.first.map { member in
                member.signIn.map { configuration.name(of: $0.provider) } ?? member.identity.issuer.text
            }, firstAt: request.firstAt, lastAt: request.lastAt, attempts: request.attempts,
            dismissedAt: request.dismissedAt)
    }
}

extension AccessRequestRow.Obstacle {
    /// Finds what kept a user out, by the verdicts of the last sign-in on rules that still exist.
    fileprivate init(_ denied: DeniedSignIn, _ table: MappingTable) {
        self = .none
        guard let verdicts = try? JSONDocument(parsing: denied.rows).root,
            let values = (try? JSONDocument(parsing: denied.claims).root)?.member("values")
        else { return }
        var (unverified, incomplete): ([Mapping], [Mapping]) = ([], [])
        for verdict in verdicts.elements {
            guard let rule = verdict.member("id")?.string.flatMap(table.row) else { continue }
            switch verdict.member("verdict")?.string.flatMap(Verdict.init(exactly:)) {
            case .emailUnverified: unverified.append(rule)
            case .claimIncomplete: incomplete.append(rule)
            case .noMatch where verdict.member("near_miss")?.boolean == true && denied.reason == .noMatch:
                guard let arrived = rule.nearMiss(among: values) else { continue }
                self = .closest(AccessRequestRow.ClosestRule(rule, arrived: arrived))
                return
            case .noMatch, .claimAbsent, .matched, .shadowed, nil: break
            }
        }
        if denied.reason == .emailUnverified, !unverified.isEmpty {
            self = .unverifiedAddress(ranks: unverified.map(\.rank))
        } else if denied.reason == .claimsIncomplete, !incomplete.isEmpty {
            var names: [String] = []
            for rule in incomplete where names.count < 3 && !names.contains(exactly: rule.claimName) {
                names.append(rule.claimName)
            }
            self = .missingClaims(names, ranks: incomplete.map(\.rank))
        }
    }
}
