internal import ClaimEvidence
internal import ClaimMapping
internal import Endpoints
internal import Identities
package import JSON
package import PageLayout
package import Policy
package import Text
public import Web

/// The decision about one request to an application, with the verdict on each access rule.
public struct UpstreamExplainPage: DocumentPage {
    /// A member to choose from.
    package struct Choice: Sendable {
        package let id: String
        package let title: String

        package init(id: String, title: String) { (self.id, self.title) = (id, title) }
    }

    /// An explained decision.
    package struct Outcome: Sendable {
        package let person: PersonCell
        package let explanation: UpstreamExplanation
        /// The claims that were explained, a JSON object.
        package let claims: JSONValue
        /// Whether the claims are unsigned.
        package let isDryRun: Bool

        package init(person: PersonCell, explanation: UpstreamExplanation, claims: JSONValue, isDryRun: Bool) {
            (self.person, self.explanation) = (person, explanation)
            (self.claims, self.isDryRun) = (claims, isDryRun)
        }
    }

    /// The way to name a member in the form.
    package enum Members: Sendable {
        /// A choice among all of them.
        case all([Choice])
        /// A search, because there are too many for one list; with the members that the last one found.
        case search(found: [Choice])
    }

    private let account: Account
    private let organization: OrganizationHeader
    private let upstream: UpstreamRules
    private let providers: [(id: String, name: String)]
    private let members: Members
    private let formToken: String?
    package var outcome: Outcome?
    package var notice: Notice?
    /// What was entered, by field.
    package var values: [ExactText: String] = [:]
    /// The faults of the form, by field.
    package var faults: [ExactText: String] = [:]

    /// - Parameters:
    ///   - providers: the ids and names of the providers to choose from.
    ///   - members: the members to choose from.
    ///   - formToken: the token of the form; nil for a caller without a session.
    package init(
        account: Account, organization: OrganizationHeader, upstream: UpstreamRules,
        providers: [(id: String, name: String)], members: Members, formToken: String?
    ) {
        (self.account, self.organization, self.upstream) = (account, organization, upstream)
        (self.providers, self.members, self.formToken) = (providers, members, formToken)
    }

    public var document: HTML {
        let above = [("Applications", organization.path(.upstreams))]
        let head =
            outcome.map { _ in PageHead(title, path: above) }
            ?? PageHead(title, path: above, explanation: "A token is checked as if it were used. Nothing is kept.")
        let errors = faults.isEmpty ? "" : faults.count == 1 ? "1 error · " : "\(faults.count) errors · "
        return Page(
            title: "\(errors)\(head.title) · \(organization.name)", account: account, place: (organization, .upstreams),
            content: "\(head.markup)\(notice?.markup)\(outcome.map(section))\(form)"
        ).document
    }

    private var title: String {
        guard let outcome else { return "Explain access to \(upstream.name)" }
        return switch outcome.explanation.outcome {
        case .permit: "Why \(outcome.person.title) may open this"
        case .signIn, .refuse: "Why \(outcome.person.title) may not open this"
        }
    }

    // MARK: The decision

    private func section(_ outcome: Outcome) -> HTML {
        let explanation = outcome.explanation
        let isPermitted = explanation.outcome == .permit
        let (kind, icon): (HTML, Icon) = isPermitted ? ("good", .check) : ("over", .close)
        let unverified: HTML = outcome.person.isUnverified ? " unverified-bar" : ""
        let dryRun: HTML? = outcome.isDryRun ? " These claims are not signed. The result is a dry run." : nil
        return """
            <section class="panel verdict" aria-labelledby="verdict"><div class="verdict-head"><span class="state \(kind)">\(icon.markup)</span><div><h2 id="verdict">\(sentence(explanation))</h2><p>\(explanation.method) <code>\(explanation.path.text)</code> at \(upstream.name).\(dryRun)</p></div></div><div class="verdict-person\(unverified)">\(outcome.person.markup)</div></section>
            <div class="explain-columns"><div><section class="panel explained" aria-labelledby="rules"><header><h2 id="rules">Rules, in the order they are checked</h2> <span class="pill">\(explanation.rows.count)</span></header><ol>\(explanation.rows.map { item($0, outcome) })</ol></section></div><div>\(ArrivedClaims(claims: outcome.claims).markup)</div></div>
            """
    }

    private func sentence(_ explanation: UpstreamExplanation) -> String {
        let rule = explanation.rule.map { "Rule \($0)" } ?? "No rule"
        switch explanation.outcome {
        case .permit: return "\(rule) lets this request through"
        case .signIn: return "\(rule) needs a sign-in"
        case .refuse: return explanation.reason?.words ?? "This request is refused"
        }
    }

    private func item(_ row: UpstreamExplanation.Row, _ outcome: Outcome) -> HTML {
        let kind: HTML = row.isNearMiss || row.conditions.contains(where: \.isNearMiss) ? " class=\"near\"" : ""
        return """
            <li\(kind)><div class="rule-line"><span class="pill">\(row.rank)</span><div class="rule-text"><span>\(row.rule.request) <span class="gives"><span class="to" aria-hidden="true">→</span> \(row.rule.allowed)</span></span></div>\(badge(row).markup)</div>\(conditions(row, outcome))</li>

            """
    }

    private func badge(_ row: UpstreamExplanation.Row) -> Badge {
        switch row.verdict {
        case .matched: Badge(.good, "Matched (this rule decides)")
        case .shadowed: Badge(.neutral, "Matches, but an earlier rule decides")
        case .pathMismatch:
            row.isNearMiss ? Badge(.near, "Almost matches: upper and lower case differ") : Badge(.neutral, "Other path")
        case .methodMismatch: Badge(.neutral, "Other method")
        }
    }

    /// The verdict on each condition of a rule that matches the request, with what arrived for it.
    private func conditions(_ row: UpstreamExplanation.Row, _ outcome: Outcome) -> HTML? {
        guard row.verdict == .matched || row.verdict == .shadowed else { return nil }
        let lines = row.conditions.compactMap { condition -> HTML? in
            condition.verdict.map { verdict in
                """
                <div class="judged"><div class="rule-line"><div class="rule-text">\(condition.condition.markup)</div>\(badge(verdict, condition.isNearMiss).markup)</div>\(evidence(condition, verdict, outcome))</div>
                """
            }
        }
        return lines.isEmpty ? nil : "\(lines)"
    }

    private func evidence(
        _ condition: UpstreamExplanation.Condition, _ verdict: Verdict, _ outcome: Outcome
    ) -> HTML {
        switch condition.condition {
        case .claim(let claim):
            return ClaimEvidence(claim, verdict, isNearMiss: condition.isNearMiss, outcome.claims).markup
        case .role:
            let role = outcome.explanation.access?.standing.role.map { role -> HTML in
                "<span class=\"value\(" equal", if: verdict == .matched)\">\(role.title)</span>"
            }
            return """
                <dl class="evidence"><div><dt>Role</dt><dd>\(role ?? "<span class=\"quiet\">No role here</span>")</dd></div></dl>
                """
        }
    }

    private func badge(_ verdict: Verdict, _ isNearMiss: Bool) -> Badge {
        switch verdict {
        case .matched, .shadowed: Badge(.good, "Met")
        case .noMatch: isNearMiss ? Badge(.near, "Almost matches") : Badge(.neutral, "Doesn't match")
        case .claimAbsent: Badge(.neutral, "Claim missing")
        case .emailUnverified: Badge(.near, "Email not verified by the provider")
        case .claimIncomplete: Badge(.near, "Claim left out by the provider")
        }
    }

    // MARK: The form

    private var memberFields: [FormField] {
        switch members {
        case .all(let choices): return [memberChoice("Member", "The token or claims below", choices)]
        case .search(let found):
            let search = FormField(
                "search", "Member", value: values["search"] ?? "",
                hint: "Part of the name, email address or user ID. Leave it empty to use the token or claims below.",
                fault: faults["search"], maximum: 200)
            return found.isEmpty ? [search] : [search, memberChoice("Members found", "Choose a member", found)]
        }
    }

    private func memberChoice(_ label: String, _ none: String, _ choices: [Choice]) -> FormField {
        let options = [(value: "", title: none)] + choices.map { ($0.id, $0.title) }
        return FormField("member", label, .select(options), value: values["member"] ?? "", fault: faults["member"])
    }

    private var form: HTML? {
        guard let formToken else { return nil }
        let path = Paths.explainUpstream.path(organization.id.text, upstream.id.text)
        let fields =
            [
                FormField(
                    "method", "Method", value: values["method"] ?? "GET", fault: faults["method"], isRequired: true),
                FormField(
                    "path", "Path", value: values["path"] ?? "/", hint: "Without the query, which no rule examines.",
                    fault: faults["path"], isRequired: true, maximum: 8192),
            ] + memberFields + [
                FormField(
                    "text", "A bearer token, or claims as a JSON object", .lines(count: 6), value: values["text"] ?? "",
                    hint: "A token is verified. Claims are used as given.", fault: faults["text"], maximum: 65536),
                FormField(
                    "provider", "Provider, for claims", .select(providers.map { ($0.id, $0.name) }),
                    value: values["provider"] ?? "", fault: faults["provider"]),
            ]
        return """
            <section class="panel explain-form"><header><h2>\(outcome.map { _ in "Explain another request" } ?? "Explain a request")</h2></header><form method="post" action="\(path)"><input type="hidden" name="csrf_token" value="\(formToken)"><div class="rule-fields">\(fields.map(\.markup))</div><div class="foot-buttons"><button type="submit" class="primary">Explain</button></div></form></section>
            """
    }
}
