internal import AccessUseCases
internal import ClaimMapping
internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import PageLayout
internal import Policy
internal import RuntimeConfiguration
internal import Sessions
internal import Text
internal import Tokens

/// The page that explains the access of a user to an organization.
struct ExplainPages: Sendable {
    let management: ManagementFactory

    var endpoints: [Endpoint] {
        Endpoint.memberPage("explainPage", Paths.explain, show: show, formsNeed: .readMembers, perform: explain)
    }

    private func page(_ permitted: PermittedCaller) -> ExplainPage {
        ExplainPage(
            account: permitted.caller.account, organization: permitted.header,
            providers: permitted.organization.rules.providers.map(\.text), formToken: permitted.caller.formToken)
    }

    /// The form, with the explanation of a denied sign-in.
    private func show(_ context: RequestContext, _ permitted: PermittedCaller) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var page = page(permitted)
        if let id = context.query["denied"], management.permit.role == .manager {
            let denied = try await management.deniedSignIn(id)
            let identity = denied.flatMap { try? IdentityID($0.identity) }
            if let identity, let explained = try await management.explain(identity) {
                page.outcome = management.outcome(explained)
            } else {
                page.notice = .trouble("This sign-in is no longer stored.")
            }
        }
        return try await management.show(page)
    }

    /// The form, with the explanation of a token or claims that were sent.
    private func explain(
        _ context: RequestContext, _ permitted: PermittedCaller, _ form: Form
    ) async throws(Problem) -> Reply {
        let management = management.management(context, permitted)
        var page = page(permitted)
        let text = String((form["text"] ?? "").unicodeScalars.drop { $0.properties.isWhitespace })
        guard text.starts(exactly: "{") else {
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: text)
            } catch {
                page.notice = .trouble("The token isn't valid (\(error.reason.rawValue)). \(error.detail)")
                return try await management.show(page)
            }
            page.outcome = management.outcome(try await management.explain(claims))
            return try await management.show(page)
        }
        page.claims = text
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: Array(text.utf8)).root
        } catch {
            page.notice = .trouble("These claims aren't valid JSON: \(error)")
            return try await management.show(page)
        }
        if let id = ProviderID(form["provider"] ?? ""),
            let explained = try await management.explain(claims: root, of: id)
        {
            page.outcome = management.outcome(explained)
        } else {
            page.notice = .trouble("Choose one of the organization's providers.")
        }
        return try await management.show(page)
    }

}

extension ManagementRequest {
    fileprivate func outcome(_ explained: ExplainedAccess) -> ExplainPage.Outcome {
        ExplainPage.Outcome(
            name: explained.email?.spelling ?? explained.subject?.text ?? "Unknown user",
            provider: configuration.name(of: explained.provider),
            role: explained.access.standing.role, reason: explained.access.standing.reason,
            rows: explained.access.explanation.rows, isDryRun: explained.isDryRun)
    }
}
