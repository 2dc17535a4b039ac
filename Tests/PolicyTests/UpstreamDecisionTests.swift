import ClaimMapping
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@testable import Policy

/// Acme lists `idp`: the group `managers` earns its manager role, and `viewers` its viewer role.
@Suite("Decisions at upstreams")
struct UpstreamDecisionTests {
    private let mint: TokenMint
    private let acme: OrganizationID
    private let reports: UpstreamID

    init() throws {
        mint = try TokenMint()
        acme = try #require(OrganizationID("acme"))
        reports = try #require(UpstreamID("reports"))
    }

    private func state(
        _ strategy: ClaimStrategy = .firstMatch, grants: [Grant] = [], suspensions: [Suspension] = [],
        trusting domains: [String] = [], upstreams: [UpstreamRules] = []
    ) -> AccessState {
        func rule(_ rank: Int, _ value: String, _ role: Role) -> Mapping {
            Mapping(id: "file:\(rank)", rank: rank, claimName: "groups", match: .equals, claimValue: value, role: role)
        }
        let rules = AccessRules(
            organizations: [
                OrganizationRules(
                    id: acme, providers: [.idp], strategy: strategy,
                    mappings: [rule(1, "viewers", .viewer), rule(2, "managers", .manager)])
            ],
            providers: [.idp, .named("other")].map {
                AccessRules.Provider(
                    id: $0, issuer: TokenMint.issuer, emailTrust: EmailTrust(domains: domains), isSignInPossible: true)
            }, sealingKeys: [], upstreams: upstreams)
        return AccessState(rules: rules, snapshot: AccessSnapshot(grants: grants, suspensions: suspensions))
    }

    private func upstream(_ rules: [UpstreamRule], in organization: OrganizationID? = nil) -> UpstreamRules {
        UpstreamRules(id: reports, name: "Reports", organization: organization ?? acme, rules: rules)
    }

    private func rule(
        _ path: String, _ methods: [String]? = nil, _ conditions: UpstreamCondition...
    ) throws -> UpstreamRule {
        UpstreamRule(path: try UpstreamPathPattern(path), methods: methods, allow: .anyOf(conditions))
    }

    private func group(_ value: String) -> UpstreamCondition {
        .claim(ClaimCondition(claimName: "groups", match: .equals, claimValue: value))
    }

    private func claims(_ members: String, by provider: String = "idp") throws -> VerifiedClaims {
        let root = try JSONDocument(parsing: Array("{\(members)}".utf8)).root
        let changes = root.members.map { ($0.name, String?.some($0.value.text)) }
        return try mint.verified(Dictionary(uniqueKeysWithValues: changes), by: provider)
    }

    private func grant(_ claims: VerifiedClaims, _ role: Role) -> Grant {
        Grant(
            id: "g\(role)", organization: acme, identity: claims.identity, email: nil, role: role, source: .operator,
            createdAt: Timestamp(seconds: 0))
    }

    private func suspension(_ identity: Identity, emails: Set<EmailAddress> = []) throws -> Suspension {
        Suspension(
            organization: acme, id: try IdentityID(identity), identity: identity, emails: emails,
            createdAt: Timestamp(seconds: 0))
    }

    /// Decides, and checks that the explanation says the same.
    ///
    /// - Returns: `permit RANK`, `anyone RANK`, `sign_in`, or the reason of the refusal.
    private func decide(
        _ path: String, _ claims: VerifiedClaims?, by method: String = "GET", at upstream: UpstreamRules,
        in state: AccessState? = nil
    ) throws -> String {
        let state = state ?? self.state()
        let path = try UpstreamPath(Array(path.utf8)[...])
        let explained = state.explain(
            path: path, method: method, user: claims.map { UpstreamUser($0) }, at: upstream)
        switch state.decide(path: path, method: method, claims: claims, at: upstream) {
        case .permit(let permit):
            #expect(permit.upstream == upstream.id && permit.organization == upstream.organization)
            #expect(explained.outcome == .permit && explained.rule == permit.rule && explained.reason == nil)
            #expect(explained.rows.first { $0.verdict == .matched }?.rank == permit.rule)
            guard let own = permit.claims else {
                #expect(permit.role == nil)
                return "anyone \(permit.rule)"
            }
            #expect(own === claims && permit.role == explained.access?.standing.role)
            #expect(explained.rows[permit.rule - 1].conditions.contains { $0.verdict == .matched })
            return "permit \(permit.rule)"
        case .signIn:
            #expect(explained.outcome == .signIn && explained.reason == nil && claims == nil)
            return "sign_in"
        case .refuse(let reason):
            #expect(explained.outcome == .refuse && explained.reason == reason)
            #expect((explained.rule == nil) == (reason == .noRule))
            let deciding = explained.rule.map { explained.rows[$0 - 1] }
            #expect(deciding.map { !$0.conditions.contains { $0.verdict == .matched } } ?? true)
            return reason.rawValue
        }
    }

    @Test("the first rule that matches path and method decides; if none matches, the request is refused")
    func order() throws {
        let upstream = upstream([
            UpstreamRule(path: try UpstreamPathPattern("/healthz"), allow: .anyone),
            try rule("/admin/*", ["POST", "DELETE"], group("admins")),
            try rule("/admin/*", nil, .role(.manager)),
            try rule("/a/*", nil, .role(.manager), .role(.viewer)),
        ])
        let viewer = try claims(#""groups":["viewers","admins"]"#)
        let manager = try claims(#""groups":["managers"]"#)
        let stranger = try claims(#""groups":["others"]"#)
        #expect(try decide("/healthz", nil, at: upstream) == "anyone 1")
        #expect(try decide("/healthz", viewer, at: upstream) == "anyone 1")
        #expect(try decide("/admin/x", viewer, by: "POST", at: upstream) == "permit 2")
        #expect(
            try decide("/admin/x", manager, by: "POST", at: upstream) == "permission_missing", "rule 3 is not tried")
        #expect(try decide("/admin/x", viewer, at: upstream) == "permission_missing")
        #expect(try decide("/admin", manager, at: upstream) == "permit 3")
        #expect(try decide("/a", viewer, at: upstream) == "permit 4")
        #expect(try decide("/a/b", manager, at: upstream) == "permit 4")
        #expect(try decide("/a/b", stranger, at: upstream) == "permission_missing")
        #expect(try decide("/a/b", nil, at: upstream) == "sign_in")
        for claims in [nil, viewer, manager, stranger] { #expect(try decide("/", claims, at: upstream) == "no_rule") }
        #expect(try decide("/x", manager, at: self.upstream([])) == "no_rule")
        #expect(try decide("/x", manager, at: self.upstream([rule("/*")])) == "permission_missing", "no condition")
    }

    @Test("the case of a path counts, and a difference of case is named")
    func pathCase() throws {
        let upstream = upstream([try rule("/admin/*", nil, .role(.viewer))])
        let viewer = try claims(#""groups":["viewers"]"#)
        #expect(try decide("/Admin/a", viewer, at: upstream) == "no_rule")
        let explained = state().explain(
            path: try UpstreamPath(Array("/Admin/a".utf8)[...]), method: "GET", user: nil, at: upstream)
        #expect(explained.rows.map(\.isNearMiss) == [true])
    }

    @Test(
        "methods compare by octets, and GET covers HEAD but not the reverse",
        arguments: [
            (["GET"], "GET", true), (["GET"], "HEAD", true), (["HEAD"], "HEAD", true), (["HEAD"], "GET", false),
            (["POST"], "HEAD", false), (["GET"], "get", false), (["GET"], "Head", false), (["PURGE"], "PURGE", true),
            (["GET"], "POST", false), (["GET"], "", false), (["GET", "POST"], "POST", true), ([], "GET", false),
        ])
    func methods(methods: [String], method: String, isCovered: Bool) throws {
        let upstream = upstream([try rule("/*", methods, .role(.viewer))])
        let viewer = try claims(#""groups":["viewers"]"#)
        #expect(try decide("/", viewer, by: method, at: upstream) == (isCovered ? "permit 1" : "no_rule"))
        let all = self.upstream([try rule("/*", nil, .role(.viewer))])
        #expect(try decide("/", viewer, by: method, at: all) == "permit 1")
    }

    @Test("a provider that the organization does not list is refused, even if its claims match, except under anyone")
    func otherProviders() throws {
        let upstream = upstream([
            UpstreamRule(path: try UpstreamPathPattern("/public"), allow: .anyone),
            try rule("/*", nil, .role(.viewer), .role(.manager), group("viewers")),
        ])
        let member = #""groups":["viewers","managers"]"#
        for provider in ["other", "unlisted"] {
            let foreign = try claims(member, by: provider)
            // A grant of an identity with the same issuer and subject counts only through a listed provider.
            for grants in [[], [grant(foreign, .manager)]] {
                let state = state(grants: grants)
                #expect(try decide("/a", foreign, at: upstream, in: state) == "provider_not_accepted")
                #expect(try decide("/public", foreign, at: upstream, in: state) == "anyone 1")
            }
        }
        #expect(try decide("/a", claims(member), at: upstream) == "permit 2")
        let unknown = try #require(OrganizationID("nowhere"))
        let nowhere = self.upstream(upstream.rules, in: unknown)
        #expect(try decide("/a", claims(member), at: nowhere) == "provider_not_accepted")
    }

    @Test("a suspended user is refused whatever a rule says, except under anyone")
    func suspended() throws {
        let upstream = upstream([
            UpstreamRule(path: try UpstreamPathPattern("/public"), allow: .anyone),
            try rule("/*", nil, .role(.viewer), group("viewers")),
        ])
        let user = try claims(#""groups":["viewers"],"email":"pat@acme.example","email_verified":true"#)
        let other = Identity(issuer: TokenMint.issuer, subject: "someone else")
        for suspension in [try suspension(user.identity), try suspension(other, emails: ["PAT@acme.example"])] {
            let state = state(grants: [grant(user, .viewer)], suspensions: [suspension])
            #expect(try decide("/a", user, at: upstream, in: state) == "suspended")
            #expect(try decide("/public", user, at: upstream, in: state) == "anyone 1")
        }
        // An address that the provider left out could be the suspended one.
        let hidden = try claims(#""groups":["viewers"],"_claim_names":{"email":"x"}"#)
        let state = state(
            grants: [grant(hidden, .viewer)], suspensions: [try suspension(other, emails: ["pat@acme.example"])])
        #expect(try decide("/a", hidden, at: upstream, in: state) == "claims_incomplete")
        #expect(try decide("/a", hidden, at: upstream) == "permit 2")
    }

    @Test("claims that the provider left out never permit")
    func unknownClaims() throws {
        let groups = upstream([try rule("/*", nil, group("admins"))])
        let roles = upstream([try rule("/*", nil, .role(.viewer), .role(.manager))])
        let either = upstream([try rule("/*", nil, group("admins"), .role(.viewer), .role(.manager))])
        let unknown = try claims(#""hasgroups":true"#)
        for upstream in [groups, roles, either] {
            #expect(try decide("/", unknown, at: upstream) == "claims_incomplete")
        }
        let granted = state(grants: [grant(unknown, .viewer)])
        #expect(try decide("/", unknown, at: either, in: granted) == "permit 1", "a grant is certain")
        #expect(try decide("/", unknown, at: groups, in: granted) == "claims_incomplete")
        let manager = upstream([try rule("/*", nil, .role(.manager))])
        #expect(try decide("/", unknown, at: manager, in: granted) == "claims_incomplete")
        #expect(try decide("/", claims(#""groups":["viewers"]"#), at: manager) == "permission_missing")
        // A value that arrived in part matches certainly; what is missing is unknown.
        let part = try claims(#""groups":["admins"],"_claim_names":{"groups":"x"}"#)
        #expect(try decide("/", part, at: groups) == "permit 1")
        #expect(try decide("/", part, at: roles) == "claims_incomplete")
        // An absent claim is known to be absent.
        #expect(try decide("/", claims(""), at: groups) == "permission_missing")
    }

    @Test("an address counts only if its provider verified it")
    func email() throws {
        let address = ClaimCondition(claimName: "email", match: .equals, claimValue: "Pat@Acme.example")
        let domain = ClaimCondition(claimName: "/email", match: .glob, claimValue: "*@acme.example")
        let any = ClaimCondition(claimName: "email", match: .exists, claimValue: "")
        for condition in [address, domain, any] {
            let upstream = upstream([try rule("/*", nil, group("admins"), .claim(condition))])
            let verified = try claims(#""email":"pat@ACME.example","email_verified":true"#)
            #expect(try decide("/", verified, at: upstream) == "permit 1")
            for verification in ["", #","email_verified":false"#, #","email_verified":1"#, #","email_verified":null"#] {
                let unverified = try claims(#""email":"pat@acme.example""# + verification)
                #expect(try decide("/", unverified, at: upstream) == "email_unverified")
                let isTrusted = verification.isEmpty
                #expect(
                    try decide("/", unverified, at: upstream, in: state(trusting: ["acme.example"]))
                        == (isTrusted ? "permit 1" : "email_unverified"))
            }
            // An unknown group could still permit: that is the reason to show.
            let hidden = try claims(#""email":"pat@acme.example","hasgroups":true"#)
            #expect(try decide("/", hidden, at: upstream) == "claims_incomplete")
        }
    }

    @Test("each role that the user has counts, and no other")
    func roles() throws {
        let viewer = try claims(#""groups":["viewers"]"#)
        func permits(_ role: Role, _ state: AccessState) throws -> Bool {
            try decide("/", viewer, at: upstream([rule("/*", nil, .role(role))]), in: state) == "permit 1"
        }
        let mapped = state()
        #expect(try Role.allCases.filter { try permits($0, mapped) } == [.viewer])
        let both = state(grants: [grant(viewer, .manager), grant(viewer, .publisher)])
        #expect(try Role.allCases.filter { try permits($0, both) } == [.publisher, .viewer, .manager])
    }

    @Test("conditions compare claims as claim mappings do")
    func conditions() throws {
        let user = try claims(
            #""groups":["a","B b"],"n":7,"list":"x; y","deep":[{"name":"in"}],"https://a/b":true"#)
        let cases: [(ClaimCondition, Bool)] = [
            (ClaimCondition(claimName: "groups", match: .equals, claimValue: "a"), true),
            (ClaimCondition(claimName: "groups", match: .equals, claimValue: "A"), false),
            (ClaimCondition(claimName: "groups", match: .glob, claimValue: "B*"), true),
            (ClaimCondition(claimName: "n", match: .equals, claimValue: "7"), true),
            (ClaimCondition(claimName: "list", match: .equals, claimValue: "y", split: ";"), true),
            (ClaimCondition(claimName: "list", match: .equals, claimValue: "y"), false),
            (ClaimCondition(claimName: "/deep/*/name", match: .equals, claimValue: "in"), true),
            (ClaimCondition(claimName: "https://a/b", match: .equals, claimValue: "true"), true),
            (ClaimCondition(claimName: "groups", match: .exists, claimValue: ""), true),
            (ClaimCondition(claimName: "nothing", match: .exists, claimValue: ""), false),
        ]
        for (condition, isMet) in cases {
            let upstream = upstream([try rule("/*", nil, .claim(condition))])
            #expect(
                try decide("/", user, at: upstream) == (isMet ? "permit 1" : "permission_missing"), "\(condition.text)")
            // A mapping with this condition gives its role in the same cases.
            let mapping = Mapping(id: "m", rank: 1, condition, role: .viewer)
            let rules = OrganizationRules(id: acme, providers: [.idp], strategy: .firstMatch, mappings: [mapping])
            #expect((rules.evaluate(user.known, from: .idp, emailTrust: EmailTrust()).role != nil) == isMet)
        }
    }

    @Test("a cached entitlement is used, but not one of another organization")
    func cached() throws {
        let upstream = upstream([try rule("/*", nil, .role(.manager))])
        let viewer = try claims(#""groups":["viewers"]"#)
        let path = try UpstreamPath(Array("/".utf8)[...])
        let manager = state(grants: [grant(viewer, .manager)]).entitlement(of: viewer, in: acme)
        var count = 0
        let decision = state().decide(path: path, method: "GET", claims: viewer, at: upstream) { _ in
            count += 1
            return manager
        }
        guard case .permit(let permit) = decision else { return #expect(Bool(false)) }
        #expect(count == 1 && permit.role == .manager)
        let unknown = try #require(OrganizationID("nowhere"))
        let elsewhere = self.upstream(upstream.rules, in: unknown)
        guard
            case .refuse(.providerNotAccepted) = state().decide(
                path: path, method: "GET", claims: viewer, at: elsewhere, entitlement: { _ in manager })
        else { return #expect(Bool(false)) }
        guard
            case .refuse(.providerNotAccepted) = state().decide(
                path: path, method: "GET", claims: viewer, at: upstream, entitlement: { _ in nil })
        else { return #expect(Bool(false)) }
    }

    @Test("users may open what permits GET of /; what permits anyone is listed for those with a role")
    func mayOpen() throws {
        let (viewer, stranger) = (try claims(#""groups":["viewers"]"#), try claims(#""groups":["others"]"#))
        func opens(_ rules: [UpstreamRule]) throws -> [Bool] {
            [viewer, stranger].map { state().mayOpen(upstream(rules), with: $0) }
        }
        #expect(try opens([rule("/*", nil, .role(.viewer))]) == [true, false])
        #expect(try opens([rule("/*", nil, group("others"))]) == [false, true])
        #expect(try opens([UpstreamRule(path: UpstreamPathPattern("/*"), allow: .anyone)]) == [true, false])
        #expect(try opens([rule("/a/*", nil, .role(.viewer))]) == [false, false])
        #expect(try opens([rule("/*", ["POST"], .role(.viewer))]) == [false, false])
    }

    @Test("the claims of conditions, and the groups, are needed of users of the organization's providers")
    func needed() throws {
        let team = ClaimCondition(claimName: "/team/name", match: .exists, claimValue: "")
        let state = state(upstreams: [upstream([try rule("/*", nil, .claim(team))])])
        func lacks(_ text: String, _ provider: ProviderID = .idp) throws -> Bool {
            state.neededClaims(of: provider).areMissing(in: try JSONDocument(parsing: Array(text.utf8)).root)
        }
        #expect(try lacks(#"{"email":"a@b","groups":[]}"#))
        #expect(try lacks(#"{"email":"a@b","team":{"name":"x"}}"#))
        #expect(try !lacks(#"{"email":"a@b","groups":[],"team":{"name":"x"}}"#))
        #expect(try !lacks(#"{"email":"a@b"}"#, .named("other")))
        #expect(state.rules.upstreams(of: acme).map(\.id) == [reports])
    }

    @Test("a rule that earlier rules leave without a request is found")
    func hidden() throws {
        func hiding(_ rules: (String, [String]?)...) throws -> [Int?] {
            let upstream = upstream(try rules.map { try rule($0.0, $0.1, .role(.viewer)) })
            return upstream.rules.indices.map { upstream.hiding($0) }
        }
        #expect(try hiding(("/*", nil), ("/a", nil)) == [nil, 0])
        #expect(try hiding(("/a", nil), ("/*", nil)) == [nil, nil])
        #expect(try hiding(("/*", ["GET"]), ("/a", nil)) == [nil, nil])
        #expect(try hiding(("/*", ["GET"]), ("/a", ["GET", "HEAD"])) == [nil, 0])
        #expect(try hiding(("/*", ["HEAD"]), ("/a", ["GET"])) == [nil, nil])
        #expect(try hiding(("/*", ["GET"]), ("/a/*", ["POST"]), ("/a/b", ["POST", "GET"])) == [nil, nil, 1])
        #expect(try hiding(("/a/*", nil), ("/a*", nil), ("/a/", nil)) == [nil, nil, 0])
        #expect(try hiding(("/a", []), ("/a", nil)) == [nil, nil])
    }

    @Test("an explanation is written as JSON and as lines")
    func written() throws {
        let upstream = upstream([
            UpstreamRule(path: try UpstreamPathPattern("/healthz"), allow: .anyone),
            try rule("/a/*", ["GET"], group("Admins"), .role(.manager)), try rule("/*", nil, .role(.viewer)),
        ])
        let viewer = UpstreamUser(try claims(#""groups":["viewers","admins"]"#))
        let path = try UpstreamPath(Array("/a/caf%C3%A9".utf8)[...])
        let explained = state().explain(path: path, method: "GET", user: viewer, at: upstream)
        var writer = JSONWriter()
        explained.write(to: &writer)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"upstream":"reports","organization":"acme","method":"GET","path":"/a/café","decision":"refuse","#
                + #""reason":"permission_missing","rule":2,"rules":["#
                + #"{"rank":1,"path":"/healthz","methods":null,"verdict":"path_mismatch","allow":"anyone"},"#
                + #"{"rank":2,"path":"/a/*","methods":["GET"],"verdict":"matched","allow":["#
                + #"{"claim_name":"groups","claim_value":"Admins","match":"equals","verdict":"no_match","near_miss":true},"#
                + #"{"role":"organization-manager","verdict":"no_match"}]},"#
                + #"{"rank":3,"path":"/*","methods":null,"verdict":"shadowed","allow":["#
                + #"{"role":"organization-viewer","verdict":"matched"}]}],"access":{"organization":"acme","#
                + #""role":"organization-viewer","source":"claim_mapping","mapping":"file:1","reason":"mapped","rows":["#
                + #"{"id":"file:1","rank":1,"verdict":"matched"},{"id":"file:2","rank":2,"verdict":"no_match"}]}}"#)
        #expect(
            explained.lines.prefix(7) == [
                "reports: refused (permission_missing), rule 2", "  GET /a/café",
                "  1. /healthz: path_mismatch, permits anyone",
                "  2. GET /a/*: matched", "     groups = Admins: no_match, differs only by case or white space",
                "     organization-manager: no_match", "  3. /*: shadowed",
            ])
        var anonymous = JSONWriter()
        state().explain(path: path, method: "PUT", user: nil, at: upstream).write(to: &anonymous)
        let text = String(decoding: anonymous.bytes, as: UTF8.self)
        #expect(text.contains(#""decision":"sign_in","reason":null,"rule":3"#) && text.hasSuffix(#""access":null}"#))
        #expect(text.contains(#"{"role":"organization-viewer","verdict":null}"#))
    }
}
