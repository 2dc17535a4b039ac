internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Pages
internal import Policy
internal import Sessions
internal import Text
internal import Tokens

extension ManagementPages {
    private var explainPage: ExplainPage {
        ExplainPage(
            account: account, organization: organization,
            providers: management.organization.rules.providers.map(\.text),
            formToken: try? session?.formToken)
    }

    /// The form, with the explanation of a denied sign-in.
    func explain(denied id: String?) async throws(Problem) -> Reply {
        var page = explainPage
        if let id, management.permit.role == .manager {
            let denied = try await management.deniedSignIn(id)
            let identity = denied.flatMap { try? IdentityID($0.identity) }
            if let identity, let explained = try await management.explain(identity) {
                page.outcome = outcome(explained)
            } else {
                page.notice = .trouble("This sign-in is too long ago to be explained.")
            }
        }
        return try await show(page, .ok)
    }

    /// The form, with the explanation of a token or claims that were sent.
    func explain(pasted text: String, of provider: String) async throws(Problem) -> Reply {
        var page = explainPage
        let text = String(text.unicodeScalars.drop { $0.properties.isWhitespace })
        guard text.starts(exactly: "{") else {
            let claims: VerifiedClaims
            do throws(TokenRefusal) {
                claims = try await management.verified(token: text)
            } catch {
                page.notice = .trouble("The token is not valid (\(error.reason.rawValue)). \(error.detail)")
                return try await show(page, .ok)
            }
            page.outcome = outcome(try await management.explain(claims))
            return try await show(page, .ok)
        }
        page.claims = text
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: Array(text.utf8)).root
        } catch {
            page.notice = .trouble("These claims are not valid JSON: \(error)")
            return try await show(page, .ok)
        }
        if let id = ProviderID(provider), let explained = try await management.explain(claims: root, of: id) {
            page.outcome = outcome(explained)
        } else {
            page.notice = .trouble("Choose one of the organization's providers.")
        }
        return try await show(page, .ok)
    }

    private func outcome(_ explained: ExplainedAccess) -> ExplainPage.Outcome {
        ExplainPage.Outcome(
            name: explained.email?.spelling ?? explained.subject?.text ?? "Unknown user",
            provider: management.deployment.signIn.name(of: explained.provider),
            role: explained.explanation.standing.role, reason: explained.explanation.standing.reason,
            rows: explained.explanation.explanation.rows, isDryRun: explained.isDryRun)
    }
}
