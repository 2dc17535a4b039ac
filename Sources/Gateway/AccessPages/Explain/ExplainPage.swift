internal import ClaimEvidence
package import ClaimMapping
internal import Endpoints
package import Identities
package import JSON
public import PageLayout
package import Policy
package import Text
package import Time
public import Web

/// A user's role here, or its absence, explained by each rule's verdict on a token, on claims, or on the last sign-in.
public struct ExplainPage: DocumentPage {
    /// The result of an explanation.
    package struct Outcome: Sendable {
        /// The origin of the claims.
        package enum Origin: Sendable {
            case signIn(Timestamp)
            case token
            /// Claims without a signature.
            case claims
            /// No claims are known: the explanation is that of the grants.
            case grants
            /// The claims of a sign-in cannot be read, so that only the grants are known.
            case unreadable(Timestamp)
        }

        package let person: PersonCell
        /// The full name; nil if it is unknown.
        package var name: String?
        /// The subject at the provider; nil if it is unknown.
        package var subject: String?
        /// The display name of the provider.
        package let provider: String
        package let origin: Origin
        package let role: Role?
        package let reason: EntitlementReason
        /// The grants that count.
        package var grants: [Grant] = []
        /// The id of the rule whose role applies; nil if none does.
        package var applying: String?
        package var rows: [Explanation.Row] = []
        package var claims: JSONValue?
        /// The id of the denied sign-in that is explained; nil if it is none.
        package var request: String?
        /// Whether the page offers ways to give the user access.
        package var offersRemedies = false
        /// The verified address; nil if there is none.
        package var verifiedEmail: String?

        package init(
            person: PersonCell, provider: String, origin: Origin, role: Role?, reason: EntitlementReason
        ) {
            (self.person, self.provider, self.origin) = (person, provider, origin)
            (self.role, self.reason) = (role, reason)
        }
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let providers: [(id: String, name: String)]
    private let formToken: String?
    package var outcome: Outcome?
    package var notice: Notice?
    /// The page above this one.
    package var parent: (tab: OrganizationHeader.Tab, title: String) = (.mappings, "Claim rules")
    /// The claims in the form.
    public var claims = ""
    /// The chosen provider in the form.
    package var provider = ""
    /// The faults of the form, by field.
    package var faults: [ExactText: String] = [:]

    /// - Parameters:
    ///   - providers: the ids and names of the providers to choose from.
    ///   - formToken: the token of the form; nil for a caller without a session.
    public init(
        account: Account, organization: OrganizationHeader, providers: [(id: String, name: String)],
        formToken: String?
    ) {
        self.account = account
        self.organization = organization
        self.providers = providers
        self.formToken = formToken
    }

    private var path: String { Paths.explain.path(organization.id.text) }

    public var document: HTML {
        let above = [(parent.title, organization.path(parent.tab))]
        let head: PageHead
        let content: HTML
        if let outcome {
            head = PageHead(
                outcome.title, path: above, actions: "<a class=\"button\" href=\"\(path)\">Explain another</a>")
            content = "\(notice?.markup)\(section(outcome))"
        } else {
            head = PageHead(
                "Explain a sign-in", path: above,
                explanation: "A token is checked as if it were used. Nothing is kept.")
            content = "\(notice?.markup)\(form(title: nil))"
        }
        let errors = faults.isEmpty ? "" : faults.count == 1 ? "1 error · " : "\(faults.count) errors · "
        return Page(
            title: "\(errors)\(head.title) · \(organization.name)", account: account, place: (organization, parent.tab),
            content: head.markup + content
        ).document
    }

    private func section(_ outcome: Outcome) -> HTML {
        let verdict = ExplainVerdict(outcome: outcome, organization: organization.name, times: account.times)
        guard let claims = outcome.claims else { return verdict.markup }
        let rules: HTML? =
            outcome.rows.isEmpty
            ? nil
            : ExplainedRules(
                rows: outcome.rows, claims: claims, override: verdict.override
            ).markup
        let remedies = ExplainRemedies(outcome: outcome, organization: organization).markup
        let again: HTML? =
            if case .claims = outcome.origin { form(title: "Explain other claims") } else { nil }
        return """
            \(verdict.markup)
            <div class="explain-columns"><div>\(rules)</div><div>\(remedies)\(ArrivedClaims(claims: claims).markup)</div></div>
            \(again)
            """
    }

    private func form(title: String?) -> HTML? {
        guard let formToken else { return nil }
        let fields = [
            FormField(
                "text", "A bearer token, or claims as a JSON object", .lines(count: 10), value: claims,
                hint: "A token is verified. Claims are used as given.", fault: faults["text"], isRequired: true,
                maximum: 65536),
            FormField(
                "provider", "Provider, for claims", .select(providers.map { ($0.id, $0.name) }), value: provider,
                fault: faults["provider"]),
        ]
        let head = title.map { "<header><h2>\($0)</h2></header>" as HTML }
        return """
            <section class="panel explain-form">\(head)<form method="post" action="\(path)"><input type="hidden" name="csrf_token" value="\(formToken)"><div class="rule-fields">\(fields.map(\.markup))</div><div class="foot-buttons"><button type="submit" class="primary">Explain</button></div></form></section>
            """
    }
}

extension ExplainPage.Outcome {
    /// Whether the rules may give a role that is not known.
    var isUnknown: Bool { if case .unreadable = origin { reason != .suspended } else { false } }

    /// The user's name in a heading.
    var title: String {
        if isUnknown, role == nil { return "Whether \(person.title) has a role isn't known" }
        return role.map { "Why \(person.title) is \($0.title)" } ?? "Why \(person.title) has no role"
    }

    /// The first name, for short sentences; nil if no name is known.
    var givenName: String? {
        name?.words(between: " ").first.map { String($0) }
    }

    /// The number of rules that almost match.
    var nearMisses: Int { rows.count(where: \.isNearMiss) }
}
