internal import ClaimMapping
internal import Grants
internal import HTTPMessage
internal import JSON
internal import Organizations
internal import Pages
internal import Policy
internal import Sessions
internal import Tokens

extension ManagementPages {
    /// The form; with `denied=ID` that sign-in explained, and what was pasted explained beneath.
    func explain(_ items: [String: String]) async throws(Problem) -> Reply {
        var page = ExplainPage(
            account: account, organization: organization, providers: management.organization.rules.providers,
            formToken: try? session?.formToken)
        if let id = items["denied"], management.permit.role == .manager {
            let denied = try await management.deniedSignIn(id)
            let identity = denied.flatMap { try? IdentityID(issuer: $0.issuer, subject: $0.subject) }
            if let identity, let explained = try await management.explain(identity) {
                page.outcome = ManagementPages.outcome(explained)
            } else {
                page.notice = .trouble("This sign-in is too long ago to be explained.")
            }
        }
        if let text = items["text"]?.drop(while: \.isWhitespace), !text.isEmpty {
            if text.hasPrefix("{") {
                page.claims = String(text)
                explain(claims: String(text), of: items["provider"] ?? "", on: &page)
            } else {
                do throws(TokenRefusal) {
                    page.outcome = ManagementPages.outcome(try management.explain(token: String(text)))
                } catch {
                    page.notice = .trouble("The token is not valid (\(error.reason.rawValue)). \(error.detail)")
                }
            }
        }
        return .page(.ok, page.document)
    }

    private func explain(claims text: String, of provider: String, on page: inout ExplainPage) {
        do throws(JSONSyntaxError) {
            let root = try JSONDocument(parsing: Array(text.utf8)).root
            guard let provider = ProviderID(provider), let explained = management.explain(claims: root, of: provider)
            else {
                page.notice = .trouble("Choose one of the organization's providers.")
                return
            }
            page.outcome = ManagementPages.outcome(explained)
        } catch {
            page.notice = .trouble("These claims are not valid JSON: \(error)")
        }
    }

    private static func outcome(_ explained: ExplainedAccess) -> ExplainPage.Outcome {
        ExplainPage.Outcome(
            name: explained.email ?? explained.subject ?? "Somebody", provider: explained.provider.text,
            role: explained.explanation.standing.role, reason: explained.explanation.standing.reason,
            rows: explained.explanation.explanation.rows, isDryRun: explained.isDryRun)
    }
}
