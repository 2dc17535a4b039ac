package import AccessUseCases
package import Endpoints
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
internal import People
internal import Policy
internal import RuntimeConfiguration
internal import Text
internal import Tokens
internal import Web

/// The pages about the applications behind the gateway.
package struct UpstreamPages: Sendable {
    private let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("upstreamsPage", .get, Paths.upstreams, .page, .permitted(.readMembers, .later(list))),
            Endpoint(
                "explainUpstreamPage", .get, Paths.explainUpstream, .page, .permitted(.readMembers, .later(show))),
            Endpoint(
                "explainUpstreamPage", .post, Paths.explainUpstream, .page,
                .permitted(.readMembers, .form(.required, explain))),
        ]
    }

    private func list(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        return try await management.show(
            UpstreamListPage(
                account: permitted.caller.account, organization: permitted.header, upstreams: management.upstreams))
    }

    /// - Parameter search: a search for a member, used if there are too many for one list.
    private func page(
        _ context: RequestContext, _ permitted: PermittedCaller, _ management: ManagementRequest, search: String = ""
    ) async throws(Problem) -> (UpstreamExplainPage, UpstreamRules, MemberSearch) {
        guard let upstream = management.upstream(context.variable("id")) else { throw Problem.notFound }
        let members = try await MemberSearch(search, management)
        let page = UpstreamExplainPage(
            account: permitted.caller.account, organization: permitted.header, upstream: upstream,
            providers: management.providers.map { ($0.id.text, $0.name) }, members: members.shown,
            formToken: permitted.caller.formToken)
        return (page, upstream, members)
    }

    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        return try await management.show(try await page(context, permitted, management).0)
    }

    /// The explanation of the request that was entered; otherwise the form with the fault at its field.
    private func explain(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var (page, upstream, members) = try await page(context, permitted, management, search: form["search"] ?? "")
        let names: [ExactText] = ["method", "path", "search", "member", "provider"]
        for name in names { page.values[name] = form[name] ?? "" }
        let text = String((form["text"] ?? "").unicodeScalars.drop { $0.properties.isWhitespace })
        // A token is a secret, so the form does not show it again.
        if text.starts(exactly: "{") { page.values["text"] = text }
        let choice = members.choice(of: form["member"] ?? "")
        if case .found(let member) = choice { page.values["member"] = member }
        if case .unclear(let fault) = choice { page.faults["search"] = fault }
        if let question = UpstreamPages.question(form, upstream, &page) {
            page.outcome = try await outcome(of: question, choice, text, form, management, &page)
        }
        return try await management.show(page, page.faults.isEmpty ? .ok : Status(422))
    }

    private static func question(
        _ form: Form, _ upstream: UpstreamRules, _ page: inout UpstreamExplainPage
    ) -> UpstreamQuestion? {
        let method = form["method"] ?? ""
        if method.isEmpty || !method.utf8.allSatisfy(Octet.isToken) {
            page.faults["method"] = "Enter a method, such as GET."
        }
        do throws(UpstreamPathFault) {
            let path = try UpstreamPath(Array((form["path"] ?? "").utf8)[...])
            return page.faults.isEmpty ? UpstreamQuestion(upstream: upstream, path: path, method: method) : nil
        } catch {
            page.faults["path"] = "Requests for this path are always refused. \(error.words)"
            return nil
        }
    }

    private func outcome(
        of question: UpstreamQuestion, _ choice: MemberSearch.Choice, _ text: String, _ form: Form,
        _ management: ManagementRequest, _ page: inout UpstreamExplainPage
    ) async throws(Problem) -> UpstreamExplainPage.Outcome? {
        let explained: ExplainedUpstream?
        if case .found(let member) = choice {
            explained = try await UpstreamPages.member(member, question, management)
            if explained == nil {
                page.faults["member"] = "The sign-in of this member isn't known. Choose another one."
            }
        } else if text.starts(exactly: "{") {
            explained = try await UpstreamPages.claims(text, form["provider"] ?? "", question, management, &page)
        } else if text.isEmpty {
            page.faults["text"] = "Choose a member, or enter a token or claims as a JSON object."
            explained = nil
        } else {
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: text)
            } catch {
                page.faults["text"] = "The token isn't valid (\(error.reason.rawValue)). \(error.detail)"
                return nil
            }
            explained = try await management.explain(question, claims)
        }
        return explained.map { management.outcome($0) }
    }

    /// The explanation of a member. A user without a role here is known by a denied sign-in, which requires the
    /// permission to change mappings.
    private static func member(
        _ text: String, _ question: UpstreamQuestion, _ management: ManagementRequest
    ) async throws(Problem) -> ExplainedUpstream? {
        guard let id = IdentityID(text), let user = try await management.explainUser(id),
            user.role != nil || management.permit.role.permissions.contains(.writeMappings)
        else { return nil }
        return try await management.explain(question, id)
    }

    private static func claims(
        _ text: String, _ provider: String, _ question: UpstreamQuestion, _ management: ManagementRequest,
        _ page: inout UpstreamExplainPage
    ) async throws(Problem) -> ExplainedUpstream? {
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: Array(text.utf8)).root
        } catch {
            page.faults["text"] = "These claims aren't valid JSON: \(error)"
            return nil
        }
        guard let id = ProviderID(provider),
            let explained = try await management.explain(question, claims: root, of: id)
        else {
            page.faults["provider"] = "Choose one of the organization's providers."
            return nil
        }
        return explained
    }
}

extension ManagementRequest {
    fileprivate func outcome(_ explained: ExplainedUpstream) -> UpstreamExplainPage.Outcome {
        let user = explained.user
        let address = PersonCell.Address(user.email?.spelling, isVerified: user.isEmailVerified)
        let person = PersonCell(
            name: user.claims.shownName, address: address, provider: configuration.name(of: user.provider),
            subject: user.subject?.text)
        return UpstreamExplainPage.Outcome(
            person: person, explanation: explained.explanation, claims: user.claims, isDryRun: user.isDryRun)
    }
}
