import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing

@testable import Grants

@Suite("The list of members")
struct MemberTests {
    private let world: AccessWorld

    init() throws { world = try AccessWorld() }

    private func members(by order: MemberOrder = .name, limit: Int = 100) async throws -> [Member] {
        var (seen, last): ([Member], IdentityID?) = ([], nil)
        while true {
            let page = try await world.access.members(of: AccessWorld.acme, by: order, after: last, limit: limit)
            guard let end = page.last else { return seen }
            (seen, last) = (seen + page, end.id)
        }
    }

    @Test("a member has a role by claims or a grant, the higher one, with both sources")
    func roles() async throws {
        _ = try await world.manager()
        let vic = try await world.signedIn("vic", groups: ["viewers"])
        try await world.grant(.manager, to: vic.identity)
        try await world.grant(.publisher, to: AccessWorld.identity("unseen"))
        _ = try await world.signedIn("stranger")
        let members = try await members()
        #expect(members.map(\.name) == ["carla@acme.example", "unseen", "vic"])
        #expect(members.map(\.role) == [.manager, .publisher, .manager])
        let found = try #require(members.last)
        #expect(found.access?.role == .viewer && found.access?.mapping == "file:2" && found.grants.count == 1)
        #expect(members[1].signIn == nil && members[1].email == nil)
    }

    @Test("suspended users and grants of unlisted providers are not listed")
    func hidden() async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        let twin = try await world.signedIn("twin", groups: ["viewers"], email: "PAT@acme.example")
        try await world.grant(.viewer, to: twin.identity)
        try await world.grant(
            .manager, to: AccessWorld.identity("far", issuer: AccessWorld.otherIssuer))
        #expect(try await members().count == 3)
        _ = try await world.suspend(pat.id, by: carla.acting()).get()
        #expect(try await members().map(\.id) == [carla.id])
    }

    @Test(
        "names are in the order of their octets, and pages of any size have each member once", arguments: [1, 2, 100])
    func pages(limit: Int) async throws {
        let names = ["\u{E9}", "e\u{301}", "E", "e", "z", "Z", "\u{1F600}", "\u{FF5E}", "pat", "pat "]
        for (index, name) in names.enumerated() {
            if index.isMultiple(of: 2) {
                try await world.grant(.viewer, to: AccessWorld.identity(name))
            } else {
                _ = try await world.signedIn(name, groups: ["viewers"])
            }
        }
        let listed = try await members(limit: limit).map { Array($0.name.utf8) }
        #expect(listed == names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) })
        let ids = try await members(by: .identity, limit: limit).map(\.id.text)
        #expect(ids == ids.sorted() && ids.count == names.count)
    }

    @Test("a change of rules counts in the list at once, evaluated before or not", arguments: [true, false])
    func rules(isEvaluated: Bool) async throws {
        _ = try await world.signedIn("vic", groups: ["viewers"])
        _ = try await world.signedIn("late", groups: ["late"])
        #expect(try await members().map(\.name) == ["vic"])
        world.reload(try AccessWorld.settings([AccessWorld.rule("late", .viewer, id: "file:1")]))
        if isEvaluated { try await world.access.evaluateUsers(of: AccessWorld.acme) }
        #expect(try await members().map(\.name) == ["late"])
        world.reload(try AccessWorld.settings(key: 8))
        if isEvaluated { try await world.access.evaluateUsers(of: AccessWorld.acme) }
        #expect(try await members().isEmpty, "claims that cannot be opened earn no role")
        world.reload(try AccessWorld.settings(listing: nil))
        #expect(try await members().isEmpty)
    }

    @Test("access stored under other rules is evaluated once, and a newer sign-in brings its own")
    func evaluatedOnce() async throws {
        _ = try await world.signedIn("vic", groups: ["viewers"])
        try await world.place.execute("UPDATE person_seen SET rules = 'old', mapped_role = 'organization-manager'")
        #expect(try await members().map(\.role) == [.viewer])
        #expect(try await world.access.evaluate(AccessWorld.acme).count == 1)
        let claims = try world.claims("vic", groups: ["managers"])
        try await AccessWorld.signIn(claims, to: world.access)
        #expect(try await world.access.evaluate(AccessWorld.acme).count == 0)
        #expect(try await members().map(\.role) == [.manager])
    }

    @Test("members are counted by the rule that gives their role, under the rules in force and without suspended users")
    func counts() async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        _ = try await world.signedIn("twin", groups: ["viewers"], email: "PAT@acme.example")
        _ = try await world.signedIn("vic", groups: ["viewers"])
        _ = try await world.signedIn("stranger")
        func counts(_ organization: OrganizationID = AccessWorld.acme) async throws -> [String] {
            try await world.access.memberCounts(of: organization).map { "\($0.key): \($0.value)" }.sorted()
        }
        #expect(try await counts() == ["file:1: 1", "file:2: 3"])
        _ = try await world.suspend(pat.id, by: carla.acting()).get()
        #expect(try await counts() == ["file:1: 1", "file:2: 1"])
        world.reload(try AccessWorld.settings(strategy: .highestRole))
        #expect(try await counts() == ["file:1: 1", "file:2: 1"])
        #expect(try await counts(OrganizationID("none")!) == [])
    }

    @Test("users with an address are looked up by it, not searched among all users")
    func namesakes() async throws {
        try await world.place.fillWithUsers()
        let plan = try await world.place.database.read { transaction throws(DatabaseError) in
            try QueryPlan(AccessStore.namesakes, [.text("acme"), .text("a"), .text("b")], transaction)
        }
        #expect(plan.uses("person_seen_name", by: ["organization", "coalesce(email, subject)"]), "\(plan)")
    }
}
