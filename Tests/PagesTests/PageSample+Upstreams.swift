import ClaimMapping
import GatehouseTesting
import Identities
import JSON
import PageLayout
import Policy
import Text
import Tokens
import Web

@testable import UpstreamPages

extension PageSample {
    private static var upstream: UpstreamRules {
        let claim = ClaimCondition(claimName: text("claim"), match: .equals, claimValue: text("value"), split: ";")
        let glob = ClaimCondition(claimName: "groups", match: .glob, claimValue: "*")
        let exists = ClaimCondition(claimName: "groups", match: .exists, claimValue: "")
        let rules: [(String, [String]?, UpstreamAllowance)] = [
            ("/public", nil, .anyone), ("/ADMIN/*", ["GET", "POST"], .anyOf([.claim(claim), .role(.manager)])),
            ("/admin/*", ["PUT"], .anyOf([.role(.publisher)])),
            ("/*", nil, .anyOf([.claim(claim), .claim(glob), .claim(exists), .role(.viewer)])), ("/*", nil, .anyone),
        ]
        return UpstreamRules(
            id: UpstreamID("a.b_c-1")!, name: text("upstream"), organization: organizationID,
            origin: "https://reports.example",
            rules: rules.compactMap { path, methods, allow in
                (try? UpstreamPathPattern(path)).map { UpstreamRule(path: $0, methods: methods, allow: allow) }
            })
    }

    private static func outcome(_ path: String, _ claims: String) -> UpstreamExplainPage.Outcome? {
        guard let path = try? UpstreamPath(Array(path.utf8)[...]),
            let root = (try? JSONDocument(parsing: Array(claims.utf8)))?.root
        else { return nil }
        let rules = AccessRules(
            organizations: [
                OrganizationRules(id: organizationID, providers: [.idp], strategy: .firstMatch, mappings: [])
            ],
            providers: [
                AccessRules.Provider(
                    id: .idp, issuer: "https://idp.example", emailTrust: EmailTrust(), isSignInPossible: true)
            ], sealingKeys: [])
        let explanation = AccessState(rules: rules, snapshot: .empty).explain(
            path: path, method: "GET", user: UpstreamUser(KnownClaims(root), from: .idp, identity: nil), at: upstream)
        return UpstreamExplainPage.Outcome(
            person: person("person", isVerified: false), explanation: explanation, claims: root, isDryRun: true)
    }

    /// The pages about applications.
    static func applications(isReadOnly: Bool) -> [PageSample] {
        let name = isReadOnly ? " for viewers" : ""
        let organization = OrganizationHeader(
            id: organizationID, name: text("organization"), role: text("role"), isReadOnly: isReadOnly,
            hasUpstreams: true)
        func page(
            members: UpstreamExplainPage.Members? = nil, _ change: (inout UpstreamExplainPage) -> Void
        ) -> HTML {
            var page = UpstreamExplainPage(
                account: account, organization: organization, upstream: upstream, providers: [("p", text("choice"))],
                members: members ?? .all([UpstreamExplainPage.Choice(id: "m", title: text("member"))]),
                formToken: isReadOnly ? nil : token)
            change(&page)
            return page.document
        }
        let outcomes = [
            ("/public", "{}"), ("/admin/x", #"{"groups":["x"]}"#), ("/x", #"{"hasgroups":true}"#), ("/y", "{}"),
        ]
        return outcomes.map { path, claims in
            PageSample(
                "explained application: \(path)\(name)", page { $0.outcome = outcome(path, claims) },
                all: ["account", "organization", "upstream", "claim", "value", "person"], isReadOnly: isReadOnly)
        } + [
            PageSample(
                "applications\(name)",
                UpstreamListPage(account: account, organization: organization, upstreams: [upstream]).document,
                all: ["account", "organization", "upstream", "claim", "value"], isReadOnly: isReadOnly),
            PageSample(
                "no applications\(name)",
                UpstreamListPage(account: account, organization: organization, upstreams: []).document,
                all: ["account", "organization"], isReadOnly: isReadOnly),
            PageSample(
                "search for a member to explain an application\(name)",
                page(members: .search(found: [UpstreamExplainPage.Choice(id: "m", title: text("member"))])) {
                    $0.values = ["search": text("search")]
                    $0.faults = ["search": text("fault")]
                },
                all: ["account", "organization", "upstream"] + (isReadOnly ? [] : ["member", "search", "fault"]),
                isReadOnly: isReadOnly),
            PageSample(
                "form to explain an application\(name)",
                page {
                    $0.values = ["method": text("method"), "path": text("path"), "text": text("claims")]
                    $0.faults = ["path": text("fault"), "text": "x"]
                },
                all: ["account", "organization", "upstream"]
                    + (isReadOnly ? [] : ["member", "choice", "method", "path", "claims", "fault"]),
                isReadOnly: isReadOnly),
        ]
    }
}
