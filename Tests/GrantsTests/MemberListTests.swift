import Audit
import Databases
import GatehouseTesting
import Identities
import People
import Policy
import Snapshots
import Testing
import Time

@testable import Grants

@Suite("The searched list of members")
struct MemberListTests {
    private let world: AccessWorld

    init() throws { world = try AccessWorld() }

    private func list(_ change: (inout MemberQuery) -> Void = { _ in }) async throws -> ListPage<Member> {
        var query = MemberQuery()
        change(&query)
        return try await world.access.members(of: AccessWorld.acme, matching: query)
    }

    private func names(_ change: (inout MemberQuery) -> Void = { _ in }) async throws -> [String] {
        try await list(change).items.map { $0.fullName ?? $0.name }
    }

    private func person(_ subject: String, named name: String, groups: [String] = ["viewers"]) async throws
        -> ScriptedCredential
    {
        try await world.signedIn(
            subject, groups: groups, email: "\(subject)@acme.example", more: ["name": "\"\(name)\""])
    }

    @Test("names sort without regard to case, and numbers by their value, up and down")
    func order() async throws {
        for (subject, name) in [("a", "robot 10"), ("b", "Robot 9"), ("c", "ada"), ("d", "Zoe")] {
            _ = try await person(subject, named: name)
        }
        let sorted = ["ada", "Robot 9", "robot 10", "Zoe"]
        #expect(try await names() == sorted)
        #expect(try await names { $0.isDescending = true } == sorted.reversed())
    }

    @Test("roles and sign-ins sort too; a user who never signed in is last in both directions")
    func otherOrders() async throws {
        _ = try await person("first", named: "B", groups: ["managers"])
        world.clock.advance(.seconds(60))
        _ = try await person("second", named: "A")
        try await world.grant(.publisher, to: AccessWorld.identity("unseen"))
        #expect(try await names { $0.sort = .role } == ["B", "A", "unseen"])
        #expect(
            try await names {
                $0.sort = .role
                $0.isDescending = true
            } == ["unseen", "A", "B"])
        #expect(try await names { $0.sort = .lastSignIn } == ["B", "A", "unseen"])
        #expect(
            try await names {
                $0.sort = .lastSignIn
                $0.isDescending = true
            } == ["A", "B", "unseen"])
    }

    @Test(
        "a search finds a part of the name, address, subject or id, in any case",
        arguments: ["MORENO", "vic.moreno@", "VIC.MORENO", " moreno "])
    func search(text: String) async throws {
        _ = try await person("vic.moreno", named: "Vic Moreno")
        _ = try await person("ada", named: "Ada")
        let page = try await list { $0.text = text }
        #expect(page.items.map(\.fullName) == ["Vic Moreno"] && page.matches == 1 && page.all == 2)
        let id = try AccessStore.id(of: AccessWorld.identity("vic.moreno"))
        #expect(try await names { $0.text = id.text } == ["Vic Moreno"])
        #expect(try await list { $0.text = "%" }.matches == 0, "no character is a wildcard")
        #expect(try await list { $0.text = "moreno\nvic" }.matches == 0)
    }

    @Test("filters by role, provider, source and rule narrow the list")
    func filters() async throws {
        world.reload(try AccessWorld.settings(listing: [AccessWorld.idp, AccessWorld.other]))
        let vic = try await person("vic", named: "Vic")
        _ = try await person("carla", named: "Carla", groups: ["managers"])
        _ = try await world.signedIn("far", groups: ["viewers"], isElsewhere: true)
        try await world.grant(.manager, to: vic.identity)
        try await world.place.execute("UPDATE access_grant SET source = 'invitation'")
        try await world.grant(.viewer, to: AccessWorld.identity("unseen"))
        #expect(try await names { $0.role = .manager } == ["Carla", "Vic"])
        #expect(try await names { $0.provider = AccessWorld.other } == ["far"])
        #expect(try await names { $0.source = .invitation } == ["Vic"])
        #expect(try await names { $0.source = .operator } == ["unseen"])
        #expect(try await names { $0.source = .rule } == ["Carla", "far", "Vic"])
        #expect(try await names { $0.rule = "file:1" } == ["Carla"])
        #expect(try await names { $0.rule = "none" } == [])
    }

    @Test("pages have each member once, and a page after the last one is the last one", arguments: [1, 2, 3, 7])
    func pages(limit: Int) async throws {
        for number in 1...5 { _ = try await person("p\(number)", named: "P \(number)") }
        try await world.grant(.viewer, to: AccessWorld.identity("p 0"))
        try await world.grant(.manager, to: AccessWorld.identity("p 0"))
        var seen: [String] = []
        let last = (6 + limit - 1) / limit
        for number in 1...last {
            let page = try await list { ($0.limit, $0.page) = (limit, number) }
            #expect(page.number == number && page.all == 6 && page.matches == 6)
            seen += page.items.map { $0.fullName ?? $0.name }
        }
        #expect(seen == ["p 0", "P 1", "P 2", "P 3", "P 4", "P 5"])
        for number in [Int.max, last + 1] {
            #expect(try await list { ($0.limit, $0.page) = (limit, number) }.number == last)
        }
        #expect(try await list { ($0.limit, $0.page) = (limit, -1) }.number == 1)
        #expect(try await world.access.countMembers(of: AccessWorld.acme) == 6)
    }

    @Test("a user with several grants is one member with the highest role, with and without a sign-in")
    func severalGrants() async throws {
        let vic = try await person("vic", named: "Vic")
        for identity in [vic.identity, AccessWorld.identity("unseen")] {
            try await world.grant(.viewer, to: identity)
            try await world.grant(.manager, to: identity)
        }
        // An invitation has an address, by which it sorts elsewhere.
        try await world.place.execute(
            """
            UPDATE access_grant SET source = 'invitation', email = 'a@acme.example', sort = 'a@acme.example',
                search = 'a@acme.example' WHERE role = 'organization-viewer' AND subject = 'unseen'
            """)
        try await world.grant(.viewer, to: AccessWorld.identity("far", issuer: AccessWorld.otherIssuer))
        for isDescending in [false, true] {
            let page = try await list { $0.isDescending = isDescending }
            #expect(page.all == 2 && page.items.count == 2 && page.items.allSatisfy { $0.role == .manager })
        }
        #expect(try await list { $0.role = .viewer }.matches == 0)
        #expect(try await list { $0.role = .manager }.matches == 2)
        #expect(try await list { $0.source = .invitation }.items.map(\.identity.subject) == ["unseen"])
        #expect(try await list { $0.source = .operator }.matches == 2)
        #expect(try await names { $0.source = .rule } == ["Vic"])
        #expect(try await world.access.countMembers(of: AccessWorld.acme) == 2)
    }

    @Test("the list has exactly the members of the API's list")
    func same() async throws {
        let carla = try await world.manager()
        let pat = try await world.signedIn("pat", groups: ["viewers"], email: "pat@acme.example")
        _ = try await world.signedIn("twin", groups: ["viewers"], email: "PAT@acme.example")
        _ = try await world.signedIn("stranger", email: "s@acme.example")
        try await world.grant(.viewer, to: AccessWorld.identity("far", issuer: AccessWorld.otherIssuer))
        try await world.grant(.viewer, to: AccessWorld.identity("near"))
        _ = try await world.suspend(pat.id, by: carla.acting()).get()
        let all = try await world.access.members(of: AccessWorld.acme, by: .identity, after: nil, limit: 100)
        let listed = try await list()
        #expect(Set(listed.items.map(\.id)) == Set(all.map(\.id)) && listed.items.count == all.count)
        #expect(try await world.access.countMembers(of: AccessWorld.acme) == all.count)
        let ids = try await world.access.memberIDs(of: AccessWorld.acme, matching: MemberQuery())
        #expect(ids == listed.items.map(\.id))
        let again = try await world.access.members(ids.reversed() + [pat.id], of: AccessWorld.acme)
        #expect(again.map(\.id) == ids.reversed(), "a suspended user is no member")
        #expect(listed.items.map(\.name) == ["carla@acme.example", "near"])
    }
}

@Suite("Suspended users")
struct SuspendedListTests {
    private let world: AccessWorld

    init() throws { world = try AccessWorld() }

    private func suspend(_ user: ScriptedCredential, _ reason: String?, by manager: ScriptedCredential) async throws
        -> Suspension
    {
        try await world.access.suspend(
            user.id, in: AccessWorld.acme, by: manager.acting(), on: SuspensionTerms(reason: reason),
            recording: AccessWorld.record(.suspensionCreate)
        ).get()
    }

    @Test("a suspension keeps its reason and its manager, and the event has the reason")
    func reason() async throws {
        let carla = try await world.manager()
        let vic = try await world.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        let suspension = try await suspend(vic, "Left the company", by: carla)
        #expect(try suspension.reason == "Left the company" && suspension.suspendedBy == carla.id)
        let listed = try await world.access.suspensions(of: AccessWorld.acme, after: nil, limit: 10)
        #expect(listed == [suspension])
        #expect(try await world.events().map(\.reason) == ["Left the company"])
        // A second manager's suspension changes nothing.
        let sue = try await world.manager("sue")
        #expect(try await suspend(vic, "Other words", by: sue) == suspension)
        #expect(try await world.events().count == 1)
    }

    @Test("each suspended user has the role that a reinstatement gives back")
    func role() async throws {
        let carla = try await world.manager()
        let vic = try await world.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        _ = try await suspend(vic, nil, by: carla)
        world.clock.advance(.seconds(5))
        let pat = try await world.signedIn("pat", email: "pat@acme.example")
        _ = try await suspend(pat, nil, by: carla)
        let page = try await world.access.suspended(of: AccessWorld.acme, matching: "", page: 1, limit: 10)
        #expect(page.items.map(\.email) == ["pat@acme.example", "vic@acme.example"])
        #expect(page.items.map(\.member?.role) == [nil, .viewer] && page.all == 2)
        let found = try await world.access.suspended(of: AccessWorld.acme, matching: "VIC@", page: 1, limit: 10)
        #expect(found.items.count == 1 && found.matches == 1 && found.all == 2)
        let old = try await world.access.suspended(
            of: AccessWorld.acme, matching: "", isAscending: true, page: 1, limit: 10)
        #expect(old.items.map(\.email) == ["vic@acme.example", "pat@acme.example"])
        #expect(try await world.access.countSuspended(of: AccessWorld.acme) == 2)
    }

    @Test("the end of a suspension records what a suspension of the same extent needs")
    func ended() async throws {
        let carla = try await world.manager()
        let vic = try await world.signedIn("vic", groups: ["viewers"], email: "vic@acme.example")
        _ = try await suspend(vic, "Words", by: carla)
        _ = try await world.access.extendSuspension(
            of: vic.id, to: "second@acme.example", in: AccessWorld.acme,
            recording: AccessWorld.record(.suspensionExtend)
        ).get()
        _ = try await world.access.unsuspend(
            vic.id, in: AccessWorld.acme, by: carla.acting(), recording: AccessWorld.record(.suspensionDelete)
        ).get()
        let event = try #require(try await world.events().last)
        #expect(event.detail("emails") == "second@acme.example\nvic@acme.example")
        #expect(event.detail("suspended_for") == "Words" && event.reason == nil)
        let again = try await world.access.suspend(
            vic.id, in: AccessWorld.acme, by: carla.acting(),
            on: SuspensionTerms(emails: ["vic@acme.example", "second@acme.example"]),
            recording: AccessWorld.record(.suspensionCreate)
        ).get()
        #expect(again.emails == ["vic@acme.example", "second@acme.example"])
    }
}

@Suite("A store of an earlier version")
struct EarlierMemberListTests {
    @Test("a store without names, reasons and texts gets them, and lists and suspends its users")
    func migrated() async throws {
        let world = try AccessWorld()
        let vic = try await world.signedIn(
            "vic", groups: ["viewers"], email: "vic@acme.example", more: ["name": "\"Vic Moreno\""])
        let claims = try await world.place.database.read { transaction throws(DatabaseError) in
            try transaction.first("SELECT claims FROM person_seen") { row throws(DatabaseError) in row.blob(0) }
        }
        let (id, issuer) = (try vic.id.text, vic.identity.issuer.text)
        let sealed = try #require(claims)

        // The tables as the version before made them.
        let directory = TemporaryDirectory()
        let path = "\(directory.path)/store.db"
        let old = AccessStore.schema.prefix(AccessStore.schema.count - 1)
        let before = try Database(path: path, schemas: [old, AccessWorld.schemas[1]])
        try await before.write { transaction throws(DatabaseError) in
            try transaction.execute(
                """
                INSERT INTO person_seen (organization, identity, issuer, subject, provider, email, seen_at, claims, rules)
                VALUES ('acme', $1, $2, 'vic', 'idp', 'vic@acme.example', $3, $4, 'old')
                """, .text(id), .text(issuer), .integer(world.clock.now.seconds), .blob(sealed))
            try transaction.execute(
                """
                INSERT INTO access_grant (id, organization, issuer, subject, role, source, created_at)
                VALUES ('g', 'acme', $1, 'unseen', 'organization-manager', 'operator', 1)
                """, .text(issuer))
            try transaction.execute(
                """
                INSERT INTO suspension (organization, identity, issuer, subject, created_at)
                VALUES ('acme', 'AAAAAAAAAAAAAAAAAAAAAA', $1, 'gone', 1)
                """, .text(issuer))
            try transaction.execute(
                """
                INSERT INTO invitation (id, organization, email, role, state, created_at, expires_at, delivery, attempts)
                VALUES ('i', 'acme', 'a@acme.example', 'organization-viewer', 'revoked', 1, 2, 'link', 0)
                """)
        }
        before.close()

        let database = try Database(path: path, schemas: AccessWorld.schemas)
        defer { database.close() }
        let store = try AccessWorld.store(in: database, at: world.clock)
        let page = try await store.members(of: AccessWorld.acme, matching: MemberQuery())
        #expect(page.items.map { $0.fullName ?? $0.name } == ["unseen", "Vic Moreno"])
        var query = MemberQuery()
        query.text = "moreno"
        #expect(try await store.members(of: AccessWorld.acme, matching: query).items.map(\.id) == [try vic.id])
        let earlier = try await store.suspended(of: AccessWorld.acme, matching: "gone", page: 1, limit: 10)
        #expect(
            earlier.items.map(\.suspension?.reason) == [nil] && earlier.items.map(\.suspension?.suspendedBy) == [nil])
    }
}
