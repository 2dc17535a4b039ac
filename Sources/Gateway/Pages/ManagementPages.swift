internal import Grants
internal import HTTPMessage
internal import HTTPServer
internal import Identities
internal import Pages
internal import Policy
internal import Sessions
internal import Text

/// An organization's management pages: the API's operations, by forms.
struct ManagementPages: Sendable {
    let management: ManagementRequest
    let request: Request
    let account: Account
    let session: SessionToken?

    func answer(_ route: Route, _ body: RequestBody) async -> Reply {
        do throws(Problem) {
            guard request.method == .post else {
                switch route {
                case .membersPage: return try await members(done)
                case .mappingsPage: return try await mappings(query)
                case .explainPage: return try await explain(denied: query["denied"])
                default: return try await audit()
                }
            }
            let form = try await self.form(body)
            switch route {
            case .membersPage: return try await changeMembers(form)
            case .mappingsPage: return try await changeMappings(form)
            default: return try await explain(pasted: form["text"] ?? "", of: form["provider"] ?? "")
            }
        } catch {
            return .problem(error)
        }
    }

    // MARK: Parts

    /// Renders a page on a reader's thread: long tables would delay a reactor.
    func show(_ page: some DocumentPage, _ status: Status = .ok) async throws(Problem) -> Reply {
        try await management.offReactor { .page(status, page.document) }
    }

    var organization: OrganizationPage.Organization {
        OrganizationPage.Organization(
            id: management.id.text, name: management.organization.name, role: management.permit.role.title,
            isReadOnly: management.permit.role != .manager)
    }

    /// The token of the page's forms; nil for viewers, and for programs, which have no forms.
    var formToken: String? {
        management.permit.role == .manager ? try? session?.formToken : nil
    }

    var path: String { request.target.path }

    /// The query's items; of repeated names, the first.
    var query: [ExactText: String] {
        Dictionary(
            (request.target.queryItems ?? []).map { (ExactText($0.name), $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The notice after a completed action.
    private var done: Notice? { query["done"].flatMap { ManagementPages.sentences[ExactText($0)] }.map { .done($0) } }

    /// A redirect after an action, so that reloading the page repeats nothing.
    func redirect(done: String) -> Reply {
        .redirect("\(path)?done=\(done)")
    }

    private static let sentences: [ExactText: String] = [
        "invited": "The invitation is on its way.", "resent": "The letter goes out again; the old link works no more.",
        "revoke_invitation": "The invitation was taken back.", "revoke_grant": "The role was taken away.",
        "suspend": "The person is shut out.", "unsuspend": "The person is let in again.",
        "end_sessions": "The person's sessions have ended.", "pending": "This address is invited already.",
        "saved": "The rows were changed; they count from now on.",
    ]

    /// The fields of this site's own form.
    private func form(_ body: RequestBody) async throws(Problem) -> [ExactText: String] {
        let items: [(name: String, value: String)]?
        do throws(BodyError) {
            items = FormEncoding.items(try await body.collect())
        } catch {
            throw MetricsAPI.problem(error)
        }
        guard request.hasContentType("application/x-www-form-urlencoded") == true, let items else {
            throw Problem(.unsupportedMediaType, detail: "Send the form as application/x-www-form-urlencoded.")
        }
        let form = Dictionary(items.map { (ExactText($0.name), $0.value) }, uniquingKeysWith: { first, _ in first })
        // Other sites' forms cannot send a bearer token.
        if let session {
            let sent = request.field(.formToken) ?? form["csrf_token"]
            guard sent.map(session.isFormToken) ?? false else {
                throw Problem(.requestForgery, detail: "Go back, load the page anew, and try again.")
            }
        }
        try await management.checkStillPermitted()
        return form
    }
}
