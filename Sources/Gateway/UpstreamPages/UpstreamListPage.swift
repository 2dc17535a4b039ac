internal import Endpoints
internal import Identities
package import PageLayout
package import Policy
public import Web

/// The organization's applications behind the gateway, with their links and access rules.
public struct UpstreamListPage: DocumentPage {
    private let account: Account
    private let organization: OrganizationHeader
    private let upstreams: [UpstreamRules]

    package init(account: Account, organization: OrganizationHeader, upstreams: [UpstreamRules]) {
        (self.account, self.organization, self.upstreams) = (account, organization, upstreams)
    }

    public var document: HTML {
        let head = PageHead(
            "Applications",
            explanation:
                "Applications behind the gateway. Rules are checked from the top. The first one that matches path and method decides."
        )
        let content: HTML =
            upstreams.isEmpty
            ? "<div class=\"panel\"><div class=\"empty\"><p>No applications yet. The operator adds them in the configuration file.</p></div></div>"
            : "\(upstreams.enumerated().map { section($1, number: $0 + 1) })"
        return organization.page(.upstreams, account, head: head, content)
    }

    private func section(_ upstream: UpstreamRules, number: Int) -> HTML {
        let rules = upstream.rules.enumerated().map { index, rule -> HTML in
            """
            <li><div class="rule-line"><span class="pill">\(index + 1)</span><div class="rule-text"><span>\(rule.request) <span class="gives"><span class="to" aria-hidden="true">→</span> \(rule.allowed)</span></span></div></div></li>

            """
        }
        let none: HTML? = rules.isEmpty ? "<p class=\"panel-note\">No rules. Every request is refused.</p>" : nil
        let list: HTML? = rules.isEmpty ? nil : "<ol>\(rules)</ol>"
        let explain = Paths.explainUpstream.path(organization.id.text, upstream.id.text)
        return """
            <section class="panel explained" aria-labelledby="upstream-\(number)"><header><h2 id="upstream-\(number)"><a href="\(upstream.origin)/">\(upstream.name)</a></h2> <a class="button slim" href="\(explain)">Explain<span class="hidden"> access to \(upstream.name)</span></a></header>\(list)\(none)</section>
            """
    }
}
