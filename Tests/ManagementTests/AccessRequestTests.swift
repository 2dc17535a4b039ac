import Audit
import ClaimMapping
import Databases
import Dispatch
import GatehouseTesting
import Grants
import Identities
import Policy
import Sessions
import Synchronization
import Testing
import Time

@testable import Management

@Suite("Access requests")
struct AccessRequestTests {
    private let world: ManagementWorld
    private let actions: ManagerActions

    init() async throws {
        world = try await ManagementWorld()
        actions = try world.actions(permittedBy: .writeMappings)
    }

    private func list(
        _ state: AccessRequest.State = .open, matching search: String = "", page: Int = 1, limit: Int = 50
    ) async throws -> AccessRequestList {
        try await actions.accessRequests(state, matching: search, page: page, limit: limit)
    }

    private func open() async throws -> [String] { try await list().items.map(\.denied.id) }

    @Test("a user with a role by now is not listed: by a grant, or by the last claims under the rules in force")
    func answered() async throws {
        for user in ["a", "b", "c", "d"] { try await world.deny(user, groups: [user]) }
        #expect(try await open() == ["a", "b", "c", "d"])
        try await world.access.grant(.viewer, to: AccessWorld.identity("a"))
        let rule = MappingDraft(claimName: "groups", match: .equals, claimValue: "b", role: .viewer)
        #expect(try await world.change(.add(rule, at: nil)).isSuccess)
        #expect(try await open() == ["c", "d"])
        // A rule of the configuration file counts too, before any user was evaluated under it.
        let rules = AccessWorld.fileRules + [AccessWorld.rule("c", .viewer, id: "file:3")]
        world.access.reload(try AccessWorld.settings(rules))
        #expect(try await open() == ["d"])
        #expect(try await actions.deniedSignIns(.open, limit: 9).items.map(\.id) == ["d"])
        world.access.reload(try AccessWorld.settings())
        #expect(try await open() == ["c", "d"])
    }

    @Test("what is not known is no role: claims that cannot be opened, and a grant at a provider that is not listed")
    func unknown() async throws {
        try await world.deny("a", groups: ["a"])
        try await world.deny("b")
        try await world.access.grant(.viewer, to: AccessWorld.identity("b"))
        let rules = AccessWorld.fileRules + [AccessWorld.rule("a", .viewer, id: "file:3")]
        world.access.reload(try AccessWorld.settings(rules, key: 9))
        #expect(try await open() == ["a"])
        world.access.reload(try AccessWorld.settings(rules, listing: [AccessWorld.other]))
        #expect(try await open() == ["a", "b"])
    }

    @Test("a dismissal and its reversal are one event each, with the user; a repetition is none")
    func dismissal() async throws {
        let sam = try await world.deny("sam", email: "sam@x.example")
        for (isDismissed, action) in [(true, "access_request_dismiss"), (false, "access_request_reopen")] {
            #expect(try await actions.dismissRequest("sam", isDismissed).identity == sam.identity)
            let events = try await world.access.events()
            try await actions.dismissRequest("sam", isDismissed)
            #expect(try await world.access.events().count == events.count)
            let event = try #require(events.last { $0.action == action })
            #expect(event.target == (try sam.id.text) && event.detail("subject") == "sam")
            #expect(event.detail("email") == "sam@x.example" && event.outcome == "success")
            #expect(try await list(.dismissed).items.map(\.denied.id) == (isDismissed ? ["sam"] : []))
            #expect(try await open() == (isDismissed ? [] : ["sam"]))
        }
        #expect(await error { try await actions.dismissRequest("none", true) }.refusal == .notFound)
        world.access.clock.advance(.seconds(31 * 86_400))
        #expect(await error { try await actions.dismissRequest("sam", true) }.refusal == .notFound)
    }

    @Test("a search looks in name, address and user ID; pages and numbers tell how many there are")
    func search() async throws {
        try await world.deny("u-1", name: "Sam Porter", email: "sam@x.example")
        try await world.deny("u-2", name: "Priya Nair", email: "PRIYA@x.example")
        try await world.deny("u-3")
        try await actions.dismissRequest("u-3", true)
        for (search, found) in [("PORTER", ["u-1"]), ("priya@", ["u-2"]), ("U-", ["u-1", "u-2"]), ("none", [])] {
            let page = try await list(matching: search)
            #expect(page.items.map(\.denied.id) == found && page.matches == found.count)
            #expect(page.counts == [.open: 2, .dismissed: 1] && page.number == 1)
        }
        let last = try await list(page: 9, limit: 1)
        #expect(last.items.map(\.denied.id) == ["u-2"] && last.number == 2 && last.matches == 2)
        #expect(try await list(page: 2, limit: 9).number == 1)
    }

    @Test("an unverified address is compared with those of members, whose accounts are named")
    func namesakes() async throws {
        try await world.deny("impostor", email: "Carla@acme.example", isVerified: false)
        try await world.deny("other", email: "carla@acme.example")
        try await world.deny("sam", email: "sam@acme.example", isVerified: false)
        let items = try await list().items
        #expect(items.map(\.denied.id) == ["impostor", "other", "sam"])
        #expect(items.map { $0.namesakes.map(\.identity.subject.text) } == [["carla"], [], []])
    }

    @Test("the number beside the tab follows every change of this process, and is read again after two seconds")
    func count() async throws {
        let now = Mutex(MonotonicTime.now())
        let counts = OpenRequestCounts(world.access.access, world.denied, monotonic: { now.withLock { $0 } })
        let acme = AccessWorld.acme
        func count() async -> Int {
            await counts.reading(of: acme)?()
            return counts.known(of: acme)
        }
        #expect(counts.known(of: acme) == 0)
        #expect(await count() == 0)
        #expect(counts.reading(of: acme) == nil)
        try await world.deny("a", groups: ["a"])
        try await world.deny("b")
        #expect(await count() == 2)
        try await actions.dismissRequest("b", true)
        #expect(await count() == 1)
        try await world.access.grant(.viewer, to: AccessWorld.identity("a"))
        #expect(await count() == 0)
        try await actions.dismissRequest("b", false)
        #expect(await count() == 1)
        // Another process.
        try await world.access.place.execute("DELETE FROM denied_sign_in")
        #expect(await count() == 1)
        now.withLock { $0 = $0 + .seconds(2) }
        #expect(await count() == 0)
        // A store that fails leaves the last number, and is not asked again at once.
        try await world.deny("c")
        #expect(await count() == 1)
        try await world.access.place.execute("UPDATE denied_sign_in SET provider = ''")
        now.withLock { $0 = $0 + .seconds(2) }
        #expect(await count() == 1)
        #expect(counts.reading(of: acme) == nil)
    }

    @Test("many views at once read the number once, and open outdated claims once")
    func burst() async throws {
        let now = MonotonicTime.now()
        let counts = OpenRequestCounts(world.access.access, world.denied, monotonic: { now })
        let (acme, access) = (AccessWorld.acme, world.access.access)
        for number in 0..<30 { try await world.deny("u\(number)", groups: [number < 10 ? "late" : "other"]) }
        for (value, open) in [("late", 20), ("other", 0)] {
            let rule = MappingDraft(claimName: "groups", match: .equals, claimValue: value, role: .viewer)
            #expect(try await world.change(.add(rule, at: nil)).isSuccess)
            try await world.access.place.execute("UPDATE person_seen SET rules = 'earlier'")
            let before = counts.begun(acme)
            let views = (0..<50).compactMap { _ in counts.reading(of: acme) }
            #expect(views.count == 50)
            await withTaskGroup { group in
                for view in views { group.addTask { await view() } }
            }
            #expect(counts.begun(acme) == before + 1 && counts.known(of: acme) == open)
            #expect(counts.reading(of: acme) == nil)
            // What was opened is stored.
            await access.evaluationsKept()
            let check = access.roleCheck(of: acme)
            let positive = try await access.database.read { transaction throws(DatabaseError) in
                try check.isPositive(for: AccessWorld.identity("u0"), transaction)
            }
            #expect(positive)
            #expect(await access.keepEvaluations(of: check) == 0)
        }
    }

    @Test("views that evaluate users do not wait for the writer")
    func busyWriter() async throws {
        let (acme, access) = (AccessWorld.acme, world.access.access)
        let counts = OpenRequestCounts(access, world.denied, monotonic: { .now() })
        try await world.deny("a", groups: ["late"])
        try await world.access.place.execute("UPDATE person_seen SET rules = 'earlier'")
        let (begun, end) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        async let isEnded = access.database.write { transaction throws(DatabaseError) in
            begun.continuation.finish()
            for _ in 0..<60 {
                if end.wait(timeout: .now() + 1) == .success { return true }
                // PostgreSQL ends a transaction that does nothing for two seconds.
                _ = try transaction.first("SELECT 1") { row throws(DatabaseError) in row.integer(0) }
            }
            return false
        }
        for await _ in begun.stream {}
        await counts.reading(of: acme)?()
        #expect(counts.known(of: acme) == 1)
        #expect(try await open() == ["a"])
        #expect(try await actions.deniedSignIns(.open, limit: 9).items.count == 1)
        end.signal()
        #expect(try await isEnded, "the views were shown while the writer was busy")
        await access.evaluationsKept()
        #expect(try await world.access.place.count("person_seen WHERE subject = 'a' AND rules = 'earlier'") == 0)
    }

    @Test("a list stores what it evaluated after a change of rules")
    func kept() async throws {
        try await world.deny("a", groups: ["late"])
        let access = world.access.access
        for list in ["page", "API"] {
            try await world.access.place.execute("UPDATE person_seen SET rules = 'earlier'")
            if list == "page" {
                _ = try await self.list()
            } else {
                _ = try await actions.deniedSignIns(.open, limit: 9)
            }
            await access.evaluationsKept()
            #expect(try await world.access.place.count("person_seen WHERE subject = 'a' AND rules = 'earlier'") == 0)
        }
        let check = access.roleCheck(of: AccessWorld.acme)
        #expect(await access.keepEvaluations(of: check) == 0)
    }
}
