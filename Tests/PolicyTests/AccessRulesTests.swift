import ClaimMapping
import Cryptography
import GatehouseTesting
import Identities
import JSON
import Testing
import Time
import Tokens

@testable import Policy

/// Access as a value: rules of a configuration, and the state of a store.
@Suite("Access rules")
struct AccessRulesTests {
    private let mint: TokenMint
    private let acme: OrganizationID
    private let globex: OrganizationID

    init() throws {
        mint = try TokenMint()
        acme = try #require(OrganizationID("acme"))
        globex = try #require(OrganizationID("globex"))
    }

    private func rule(_ value: String, _ role: Role, id: String = "file:1") -> Mapping {
        Mapping(id: id, rank: 1, claimName: "groups", match: .equals, claimValue: value, role: role)
    }

    /// Acme lists `idp` and has two roles by group; Globex lists another provider.
    private func rules(
        trusting domains: [String] = [], sealingKeys: [String] = ["k1"], isSignInPossible: Bool = true
    ) -> AccessRules {
        AccessRules(
            organizations: [
                OrganizationRules(
                    id: acme, providers: [.idp], strategy: .firstMatch,
                    mappings: [rule("managers", .manager), rule("viewers", .viewer, id: "file:2")]),
                OrganizationRules(
                    id: globex, providers: [.named("other")], strategy: .firstMatch,
                    mappings: [rule("managers", .manager)]),
            ],
            providers: [
                AccessRules.Provider(
                    id: .idp, issuer: "https://idp.example", emailTrust: EmailTrust(domains: domains),
                    isSignInPossible: isSignInPossible),
                AccessRules.Provider(
                    id: .named("other"), issuer: "https://other.example", emailTrust: EmailTrust(),
                    isSignInPossible: false),
            ], sealingKeys: sealingKeys)
    }

    @Test("the organizations of a provider are found, in the order of the file, and only those of known providers")
    func accepting() throws {
        let ids = try (0..<3).map { try #require(OrganizationID("o\($0)")) }
        let lists: [[ProviderID]] = [[.idp, .named("other")], [.named("other"), .named("unknown")], [.idp, .idp]]
        let rules = AccessRules(
            organizations: zip(ids, lists).map {
                OrganizationRules(id: $0, providers: $1, strategy: .firstMatch, mappings: [])
            },
            providers: [.idp, .named("other")].map {
                AccessRules.Provider(id: $0, issuer: "urn:a", emailTrust: EmailTrust(), isSignInPossible: true)
            }, sealingKeys: [])
        #expect(rules.organizations(accepting: .idp).map(\.id.text) == ["o0", "o2"])
        #expect(rules.organizations(accepting: .named("other")).map(\.id.text) == ["o0", "o1"])
        #expect(rules.organizations(accepting: .named("unknown")).isEmpty)
    }

    private func state(
        _ rules: AccessRules, grants: [Grant] = [], suspensions: [Suspension] = [], stored: [Mapping] = []
    ) -> AccessState {
        AccessState(
            rules: rules,
            snapshot: AccessSnapshot(
                grants: grants, suspensions: suspensions, mappings: [acme: PreparedRules(stored)]))
    }

    private func suspension(of identity: Identity, emails: Set<EmailAddress> = []) throws -> Suspension {
        Suspension(
            organization: acme, id: try IdentityID(identity), identity: identity, emails: emails,
            createdAt: Timestamp(seconds: 0))
    }

    @Test("an organization lists providers and their issuers, and no others")
    func lists() throws {
        let rules = rules()
        #expect(rules.organizations == [acme, globex])
        #expect(rules.lists(.idp, in: acme) && !rules.lists(.idp, in: globex))
        #expect(rules.lists(issuer: "https://idp.example", in: acme))
        #expect(!rules.lists(issuer: "https://idp.example", in: globex))
        #expect(!rules.lists(issuer: "https://IDP.example", in: acme), "issuers compare by octets")
        let unknown = try #require(OrganizationID("nowhere"))
        #expect(!rules.lists(.idp, in: unknown) && !rules.lists(issuer: "https://idp.example", in: unknown))
        #expect(rules.organizations(accepting: .idp).map(\.id) == [acme])
        #expect(rules.organizations(accepting: .named("unlisted")).isEmpty)
        #expect(rules.isSignInPossible(through: .idp) && !rules.isSignInPossible(through: .named("other")))
        #expect(!rules.isSignInPossible(through: .named("unlisted")))
    }

    @Test("an address is verified by the trust in its own provider")
    func emailTrust() throws {
        let claims = try mint.claims(#""email":"Pat@Acme.example""#)
        #expect(rules().verifiedEmail(of: claims) == nil)
        #expect(rules(trusting: ["acme.example"]).verifiedEmail(of: claims)?.text == "pat@acme.example")
        let foreign = try mint.claims(#""email":"pat@acme.example""#, by: "other")
        #expect(rules(trusting: ["acme.example"]).verifiedEmail(of: foreign) == nil)
        let unknown = try mint.claims(#""email":"pat@acme.example","email_verified":true"#, by: "unlisted")
        #expect(rules().verifiedEmail(of: unknown)?.text == "pat@acme.example")
    }

    @Test("a tag names everything that a role depends on, and nothing else")
    func tags() throws {
        let tag = try #require(rules().tag(of: acme, with: .none))
        #expect(tag == rules().tag(of: acme, with: PreparedRules([])))
        #expect(tag == rules(isSignInPossible: false).tag(of: acme, with: .none))
        let others = [
            rules(trusting: ["acme.example"]).tag(of: acme, with: .none),
            rules(sealingKeys: ["k2"]).tag(of: acme, with: .none),
            rules(sealingKeys: []).tag(of: acme, with: .none),
            rules().tag(of: acme, with: PreparedRules([rule("x", .viewer, id: "m")])),
            rules().tag(of: globex, with: .none),
        ]
        #expect(others.allSatisfy { $0 != nil && $0 != tag })
        #expect(Set(others).count == others.count)
        #expect(rules().tag(of: try #require(OrganizationID("nowhere")), with: .none) == nil)
    }

    @Test("only copies of one value are one reading of the configuration")
    func readings() {
        let (one, other) = (rules(), rules())
        let copy = one
        #expect(copy.isSameReading(as: one) && !other.isSameReading(as: one))
    }

    @Test("claims earn a role, and without claims nothing is earned")
    func earned() throws {
        let claims = try mint.claims(#""groups":["viewers"],"email":"pat@acme.example","email_verified":true"#)
        let own = try #require(rules().rules(of: acme, with: .none))
        let earned = try #require(rules().earnedAccess(of: claims, under: own))
        #expect(earned.role == .viewer && earned.mapping == "file:2" && !earned.isEmailUnknown)
        #expect(earned.verifiedEmail == "pat@acme.example" && earned.rules == rules().tag(of: acme, with: .none))
        let none = try #require(rules().accessWithoutClaims("pat@acme.example", in: acme, with: .none))
        #expect(none.role == nil && none.mapping == nil && none.rules == earned.rules)
        let foreign = try #require(rules().rules(of: globex, with: .none))
        let elsewhere = try mint.claims(#""groups":["managers"]"#)
        #expect(rules().earnedAccess(of: elsewhere, under: foreign)?.role == nil)
    }

    @Test("file, stored rules, grants and suspensions decide together")
    func entitlements() throws {
        let claims = try mint.claims(#""groups":["late"],"email":"pat@acme.example","email_verified":true"#)
        let grant = Grant(
            id: "g", organization: acme, identity: claims.identity, email: nil, role: .viewer, source: .operator,
            createdAt: Timestamp(seconds: 0))
        #expect(state(rules()).entitlement(of: claims, in: acme)?.role == nil)
        #expect(state(rules()).entitlements(of: claims).isEmpty)
        #expect(state(rules()).allEntitlements(of: claims).map(\.organization) == [acme])
        #expect(state(rules(), grants: [grant]).entitlement(of: claims, in: acme)?.reason == .granted)
        let stored = [rule("late", .manager, id: "m")]
        #expect(state(rules(), grants: [grant], stored: stored).entitlement(of: claims, in: acme)?.mapping == "m")
        #expect(state(rules(), stored: stored).entitlements(of: claims).map(\.role) == [.manager])
        let others = Identity(issuer: "https://idp.example", subject: "someone else")
        for suspension in [
            try suspension(of: claims.identity), try suspension(of: others, emails: ["PAT@acme.example"]),
        ] {
            let state = state(rules(), grants: [grant], suspensions: [suspension], stored: stored)
            #expect(state.entitlement(of: claims, in: acme)?.reason == .suspended)
            #expect(state.entitlements(of: claims).isEmpty)
        }
        #expect(state(rules()).entitlement(of: claims, in: try #require(OrganizationID("nowhere"))) == nil)
    }

    @Test("an explanation agrees with the access it explains", arguments: ["managers", "viewers", "none"])
    func explained(group: String) throws {
        let claims = try mint.claims(#""groups":["\#(group)"],"email":"pat@acme.example","email_verified":true"#)
        let suspended = try suspension(
            of: Identity(issuer: "https://idp.example", subject: "other"), emails: ["pat@acme.example"])
        for suspensions in [[], [suspended]] {
            let state = state(rules(), suspensions: suspensions)
            let explained = state.explanation(
                of: claims.known, from: .idp, identity: claims.identity, in: acme)
            #expect(explained?.standing == state.entitlement(of: claims, in: acme)?.standing)
            // Claims without a subject are suspended by their address.
            let nameless = state.explanation(of: claims.known, from: .idp, identity: nil, in: acme)
            #expect((nameless?.standing.reason == .suspended) == !suspensions.isEmpty)
        }
    }

    @Test("claims that lack the address, or a claim that a rule addresses, are completed from another source")
    func lacking() throws {
        func lacks(_ text: String, stored: [Mapping] = []) throws -> Bool {
            let root = try JSONDocument(parsing: Array(text.utf8)).root
            return state(rules(), stored: stored).neededClaims(of: .idp).areMissing(in: root)
        }
        #expect(try lacks(#"{"groups":[]}"#))
        #expect(try lacks(#"{"email":"a@b"}"#))
        #expect(try !lacks(#"{"email":"a@b","groups":[]}"#))
        let stored = [Mapping(id: "m", rank: 1, claimName: "team", match: .exists, claimValue: "", role: .viewer)]
        #expect(try lacks(#"{"email":"a@b","groups":[]}"#, stored: stored))
        #expect(try !lacks(#"{"email":"a@b","groups":[],"team":"x"}"#, stored: stored))
        // Rules of organizations that do not list the provider need nothing of its users, and the address is always needed.
        let needed = state(rules(), stored: stored).neededClaims(of: ProviderID.named("nowhere"))
        #expect(needed.areMissing(in: try JSONDocument(parsing: Array("{}".utf8)).root))
        #expect(!needed.areMissing(in: try JSONDocument(parsing: Array(#"{"email":"a@b"}"#.utf8)).root))
    }
}

extension TokenMint {
    /// Signs and verifies claims.
    ///
    /// - Parameter members: members of a JSON object in addition to, or instead of, the usual claims.
    fileprivate func claims(_ members: String, by provider: String = "idp") throws -> VerifiedClaims {
        let root = try JSONDocument(parsing: Array("{\(members)}".utf8)).root
        let changes = root.members.map { ($0.name, String?.some($0.value.text)) }
        return try verified(Dictionary(uniqueKeysWithValues: changes), by: provider)
    }
}
