import Audit
import GatehouseTesting
import Grants
import Identities
import People
import Testing
import Time

@testable import Invitations

@Suite("Several invitations at once")
struct InvitationListTests {
    private let world: InvitationWorld

    init() async throws { world = try await InvitationWorld() }

    private func invite(
        _ emails: [String], as role: Role = .viewer, on terms: InvitationTerms? = nil, domains: [String] = []
    ) async throws -> [InvitationOutcome] {
        let entries = InvitationEntry.list(emails, under: InvitationRules(allowedDomains: domains))
        return try await world.store.invite(
            entries, for: role, to: AccessWorld.acme, by: world.carla.acting(), on: terms ?? world.terms(),
            recording: AccessWorld.record(.invitationCreate)
        ).get()
    }

    /// The outcomes in words.
    private func words(_ outcomes: [InvitationOutcome]) -> [String] {
        outcomes.map { outcome in
            switch outcome.obstacle {
            case nil: "created"
            case .pending: "pending"
            case .member(let found): "member \(found.role.rawValue)"
            case .address: "address"
            case .invitedOtherwise(let role): "otherwise \(role.rawValue)"
            case .limit: "limit"
            }
        }
    }

    @Test("each address gets its own outcome, in order, once without regard to case; each new one is an event")
    func outcomes() async throws {
        _ = try await world.invite("pending@acme.example").get()
        _ = try await world.invite("other@acme.example", as: .manager).get()
        _ = try await world.access.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        let emails = [
            "new@acme.example", "pending@acme.example", "NEW@acme.example", "vic@acme.example", "bob@acme",
            "x@else.example", "other@acme.example", "nonsense", "two@acme.example",
        ]
        let outcomes = try await invite(emails, domains: ["acme.example"])
        #expect(outcomes.map(\.entry.text) == emails.filter { $0 != "NEW@acme.example" })
        #expect(
            words(outcomes) == [
                "created", "pending", "member organization-viewer", "address", "address",
                "otherwise organization-manager", "address", "created",
            ])
        let tokens = outcomes.compactMap { try? $0.result.get().token }
        #expect(tokens.count == 2)
        for token in tokens { #expect(try await world.state(token) == .pending) }
        #expect(try await world.access.events().filter { $0.action == "invitation_create" }.count == 4)
    }

    @Test("the rest of a list is refused at the daily limit, without its members and pending addresses")
    func limit() async throws {
        let emails = (1...4).map { "p\($0)@acme.example" } + ["p1@acme.example", "carla@acme.example"]
        let outcomes = try await invite(emails, on: world.terms(perDay: 2))
        #expect(words(outcomes) == ["created", "created", "limit", "limit", "member organization-manager"])
        let again = try await invite(["p1@acme.example", "p3@acme.example"], on: world.terms(perDay: 2))
        #expect(words(again) == ["pending", "limit"])
    }

    @Test("only an unsuspended member with this verified address and as high a role is a member")
    func members() async throws {
        _ = try await world.access.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        _ = try await world.access.signedIn("una", groups: ["viewers"], email: "una@acme.example", isVerified: false)
        _ = try await world.access.signedIn("sam", email: "sam@acme.example")
        let sue = try await world.access.signedIn("sue", groups: ["viewers"], email: "sue@acme.example")
        _ = try await world.access.suspend(sue.id, by: world.carla.acting()).get()
        let elsewhere = try world.access.claims("glo", groups: ["globex-managers"], email: "glo@acme.example")
        try await AccessWorld.signIn(elsewhere, to: world.access.access, in: AccessWorld.globex)
        let emails = ["una", "sam", "sue", "glo", "vic"].map { "\($0)@acme.example" }
        let outcomes = try await invite(emails)
        #expect(words(outcomes) == ["created", "created", "created", "created", "member organization-viewer"])
        #expect(words(try await invite(["VIC@acme.example"], as: .manager)) == ["created"], "a higher role")
    }

    @Test("a mapped role counts for 30 days after the sign-in, and a grant without end")
    func age() async throws {
        let vic = try await world.access.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        world.clock.advance(.seconds(30 * 86400 - 1))
        #expect(words(try await invite(["vic@acme.example"])) == ["member organization-viewer"])
        world.clock.advance(.seconds(1))
        #expect(words(try await invite(["vic@acme.example"])) == ["created"])
        try await world.access.grant(.viewer, to: vic.identity)
        #expect(words(try await invite(["vic@acme.example"])) == ["member organization-viewer"])
    }

    @Test("a role under rules that changed a moment ago counts by the new rules")
    func changedRules() async throws {
        _ = try await world.access.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        world.access.reload(
            try AccessWorld.settings([
                AccessWorld.rule("managers", .manager, id: "file:1"),
                AccessWorld.rule("viewers", .manager, id: "file:2"),
            ]))
        #expect(words(try await invite(["vic@acme.example"], as: .manager)) == ["member organization-manager"])
        world.access.reload(try AccessWorld.settings([AccessWorld.rule("managers", .manager, id: "file:1")]))
        #expect(words(try await invite(["vic@acme.example"])) == ["created"])
    }

    @Test("the check before sending says the same, and changes nothing")
    func check() async throws {
        _ = try await world.access.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        _ = try await world.invite("pending@acme.example").get()
        let texts = ["bob@acme", "vic@acme.example", "pending@acme.example", "new@acme.example"]
        let entries = InvitationEntry.list(texts, under: InvitationRules(allowedDomains: []))
        let before = try await world.access.place.content()
        let found = try await world.store.obstacles(to: entries, for: .viewer, in: AccessWorld.acme)
        #expect(try await world.access.place.content() == before)
        let isReady = found.map { $0 == nil }
        #expect(isReady == [false, false, false, true])
        guard case .address(.domainIncomplete) = found[0], case .member = found[1], case .pending = found[2] else {
            Issue.record("\(found)")
            return
        }
    }

    @Test("a list is searched by address and inviter, filtered by state and role, and paged")
    func search() async throws {
        for number in 1...3 { _ = try await world.invite("p\(number)@acme.example").get() }
        let (id, _) = try await world.invited("x@else.example", as: .manager)
        _ = try await world.store.revoke(
            id, in: AccessWorld.acme, by: world.carla.acting(), recording: AccessWorld.record(.invitationRevoke)
        ).get()
        func list(_ change: (inout InvitationQuery) -> Void = { _ in }) async throws -> ListPage<Invitation> {
            var query = InvitationQuery()
            change(&query)
            return try await world.store.invitations(of: AccessWorld.acme, matching: query)
        }
        #expect(try await list().items.map(\.state) == [.pending, .pending, .pending, .revoked])
        #expect(try await list { $0.isReversed = true }.items.first?.state == .revoked)
        #expect(try await list { $0.text = "P2@" }.items.map(\.email) == ["p2@acme.example"])
        #expect(try await list { $0.text = "carla" }.matches == 4)
        #expect(try await list { $0.state = .revoked }.items.map(\.closedAt) == [world.clock.now])
        #expect(try await list { $0.role = .viewer }.matches == 3)
        let page = try await list { ($0.sort, $0.limit, $0.page) = (.email, 2, 2) }
        #expect(page.items.map(\.email) == ["p3@acme.example", "x@else.example"] && page.all == 4)
        world.clock.advance(InvitationWorld.week)
        #expect(try await list { $0.state = .expired }.matches == 3)
        #expect(try await list { $0.state = .pending }.items.isEmpty)
    }
}
