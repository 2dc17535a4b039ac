public import ClaimMapping
internal import Endpoints
public import Identities
public import PageLayout
public import Web

/// A user's role here, or its absence, explained by each rule's verdict on a token, on claims, or on a denied sign-in.
public struct ExplainPage: DocumentPage {
    /// The result of an explanation.
    public struct Outcome: Sendable {
        let name: String
        let provider: String
        let role: Role?
        let reason: EntitlementReason
        let rows: [Explanation.Row]
        /// Whether the claims are unsigned.
        let isDryRun: Bool

        public init(
            name: String, provider: String, role: Role?, reason: EntitlementReason, rows: [Explanation.Row],
            isDryRun: Bool
        ) {
            self.name = name
            self.provider = provider
            self.role = role
            self.reason = reason
            self.rows = rows
            self.isDryRun = isDryRun
        }
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let providers: [String]
    private let formToken: String?
    public var outcome: Outcome?
    public var notice: Notice?
    /// The claims in the form.
    public var claims = ""

    /// - Parameters:
    ///   - providers: the ids of the providers to choose from.
    ///   - formToken: the token of the form; nil for a caller without a session.
    public init(
        account: Account, organization: OrganizationHeader, providers: [String], formToken: String?
    ) {
        self.account = account
        self.organization = organization
        self.providers = providers
        self.formToken = formToken
    }

    private var path: String { Paths.explain.path(organization.id.text) }

    public var document: HTML {
        let content: HTML = """
            \(notice?.markup)
            \(outcome.map(section))
            \(form)
            """
        return organization.page(.mappings, account, content)
    }

    private func section(_ outcome: Outcome) -> HTML {
        let rows = outcome.rows.map { row -> HTML in
            let near: HTML? = row.isNearMiss ? "<span class=\"bad\"> differs only by case or white space</span>" : nil
            let detail: HTML? = row.detail.map { " <span class=\"quiet\">\($0)</span>" }
            return """
                <tr><td class="number" data-label="Rank">\(row.mapping.rank)</td><td data-label="Condition"><code>\(row.mapping.condition)</code></td><td data-label="Role">\(row.mapping.role.title)</td><td data-label="Verdict"><span>\(row.verdict.words)\(near)\(detail)</span></td></tr>

                """
        }
        let dry: HTML? =
            outcome.isDryRun ? "<p class=\"hint\">These claims are not signed. The result is a dry run.</p>" : nil
        let table: HTML? =
            rows.isEmpty
            ? nil
            : """
            <div class="scroll"><table><caption>Every rule's verdict</caption><thead><tr><th scope="col" class="number">Rank</th><th scope="col">Condition</th><th scope="col">Role</th><th scope="col">Verdict</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        return """
            <section aria-labelledby="outcome"><h2 id="outcome">\(outcome.name): \(outcome.role?.title ?? "no role")</h2>
            <p>\(outcome.reason.words) <span class="quiet">Provider: \(outcome.provider).</span></p>
            \(dry)\(table)</section>
            """
    }

    private var form: HTML? {
        guard let formToken else { return nil }
        let options = providers.map { "<option value=\"\($0)\">\($0)</option>" as HTML }
        return """
            <section aria-labelledby="paste"><h2 id="paste">Paste a token or claims</h2>
            <form method="post" action="\(path)"><input type="hidden" name="csrf_token" value="\(formToken)">
            <p><label for="text">A bearer token, or claims as a JSON object</label><textarea id="text" name="text" required maxlength="65536" spellcheck="false" autocomplete="off">\(claims)</textarea></p>
            <div class="fields"><div><label for="provider">Provider, for claims</label><select id="provider" name="provider">\(options)</select></div>
            <button type="submit" class="primary">Explain</button></div></form>
            <p class="hint">Tokens are verified. Claims are used as given. Neither is stored.</p></section>
            """
    }
}

extension Verdict {
    var words: String {
        switch self {
        case .matched: "matched (this rule applies)"
        case .shadowed: "matches, but an earlier rule applies"
        case .noMatch: "does not match"
        case .claimAbsent: "claim missing"
        case .emailUnverified: "email not verified by the provider"
        case .claimIncomplete: "unknown: the provider omitted the claim"
        }
    }
}

extension EntitlementReason {
    /// The reason in a sentence, for managers.
    public var words: String {
        switch self {
        case .mapped: "A rule gives this role."
        case .granted: "A stored role applies: from an accepted invitation or from the operator."
        case .noMatch: "No rule matches."
        case .emailUnverified: "A rule matches the email address, but the address isn't verified by the provider."
        case .claimsIncomplete: "The provider omitted claims that could give a role."
        case .suspended: "This user is suspended."
        case .providerNotAccepted: "The organization doesn't accept sign-ins through this provider."
        }
    }
}
