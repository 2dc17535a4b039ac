import Audit
import ClaimMapping
import Databases
import GatehouseTesting
import Identities
import Policy
import Snapshots
import Testing

@testable import Grants

@Suite("Changes of stored rules")
struct RuleChangeTests {
    private let world: AccessWorld
    private let carla: ScriptedCredential

    init() async throws {
        world = try AccessWorld()
        carla = try await world.manager()
    }

    private func change(
        _ change: MappingChange, ifTag tag: String? = nil, of file: [Mapping] = AccessWorld.fileRules
    ) async throws -> Result<(row: Mapping, all: [Mapping]), AccessRefusal> {
        try await world.change(change, by: carla.acting(.writeMappings), ifTag: tag, of: file)
    }

    private func draft(_ value: String, _ match: Match = .equals, _ role: Role = .viewer) -> MappingDraft {
        MappingDraft(claimName: "team", match: match, claimValue: value, role: role)
    }

    private var stored: [Mapping] { world.access.snapshots.read().value.mappings(of: AccessWorld.acme).mappings }
    private var tag: String { MappingTable(file: AccessWorld.fileRules, stored: stored).tag }

    /// Writes rules past the code under test.
    private func fill(_ count: Int, match: String = "equals") async throws {
        try await world.place.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role)
            SELECT 'm' || i, 'acme', i, 'team', '\(match)', 't' || i, 'organization-viewer' FROM n
            """)
        try world.access.refresh()
    }

    @Test("rules are added, moved, changed and removed, and decide at once")
    func changes() async throws {
        let user = try world.user("pat", more: ["team": #""soc""#])
        func role() -> Role? { world.access.state.entitlement(of: user.currentClaims, in: AccessWorld.acme)?.role }
        let first = try await change(.add(draft("soc"), at: nil)).get().row
        #expect(role() == .viewer)
        let second = try await change(.add(draft("soc", .equals, .manager), at: nil)).get()
        #expect(role() == .viewer && second.all.map(\.rank) == [1, 2])
        let moved = try await change(.edit(second.row.id, MappingEdit(), at: 0)).get()
        #expect(moved.row.rank == 1 && moved.all.map(\.id) == [second.row.id, first.id] && role() == .manager)
        var edit = MappingEdit()
        edit.claimValue = "noc"
        #expect(try await change(.edit(second.row.id, edit, at: nil)).get().row.claimValue == "noc")
        #expect(role() == .viewer)
        #expect(try await change(.remove(first.id)).get().all.map(\.rank) == [1])
        #expect(role() == nil && stored.map(\.id) == [second.row.id])
        let rows = try await world.place.database.read { transaction throws(DatabaseError) in
            try AccessStore.mappings(of: AccessWorld.acme, transaction)
        }
        #expect(rows == stored)
        let events = try await world.events()
        #expect(
            events.map(\.action) == [
                "claim_mapping_create", "claim_mapping_create", "claim_mapping_update", "claim_mapping_update",
                "claim_mapping_delete",
            ])
        #expect(events[3].target == second.row.id && events[3].detail("before")?.contains("soc") == true)
        #expect(events[3].detail("after")?.contains("noc") == true)
    }

    @Test("a removed rule is restored with its id, unless a rule has it")
    func restored() async throws {
        let (first, second) = (
            try await change(.add(draft("soc"), at: nil)).get().row,
            try await change(.add(draft("noc"), at: nil)).get().row
        )
        let before = stored
        let content = MappingDraft(first)
        #expect(try await change(.restore(first.id, content, at: 0)).error == .notFound)
        _ = try await change(.remove(first.id)).get()
        #expect(try await change(.restore(first.id, content, at: 0)).get().row.id == first.id)
        #expect(stored == before && stored.last?.id == second.id)
        let events = try await world.events()
        #expect(events.last?.action == "claim_mapping_create" && events.last?.target == first.id)
        let removal = try #require(events.first { $0.action == "claim_mapping_delete" })
        #expect(removal.detail(AccessStore.rulesDetail)?.isEmpty == false)
        // Ids are unique among all organizations.
        _ = try await change(.remove(first.id)).get()
        try await world.place.execute("UPDATE claim_mapping SET organization = 'globex', id = '\(first.id)'")
        try world.access.refresh()
        #expect(try await change(.restore(first.id, content, at: 0)).error == .changedMeanwhile)
    }

    @Test("unknown rules, and those of the file, are not found")
    func unknown() async throws {
        for id in ["none", "file:1", ""] {
            #expect(try await change(.remove(id)).error == .notFound)
            #expect(try await change(.edit(id, MappingEdit(), at: 0)).error == .notFound)
        }
    }

    @Test("a change of rules that were not seen is refused")
    func changedMeanwhile() async throws {
        let seen = tag
        #expect(try await change(.add(draft("a"), at: nil), ifTag: seen).error == nil)
        #expect(try await change(.add(draft("b"), at: nil), ifTag: seen).error == .changedMeanwhile)
        for wrong in ["", "*", seen + " ", seen.uppercased()] {
            #expect(try await change(.add(draft("b"), at: nil), ifTag: wrong).error == .changedMeanwhile)
        }
        #expect(try await change(.add(draft("b"), at: nil), ifTag: tag).error == nil)
        let file = [AccessWorld.rule("managers", .manager, id: "file:1")]
        #expect(try await change(.add(draft("c"), at: nil), of: file).error == .changedMeanwhile)
        let rank = AccessWorld.fileRules.map { $0.ranked(9) }
        #expect(try await change(.add(draft("c"), at: nil), of: rank).error == .changedMeanwhile)
        #expect(stored.count == 2)
    }

    @Test("a file that is read anew before the transaction refuses the change")
    func reloaded() async throws {
        let settings = try AccessWorld.settings(
            AccessWorld.fileRules + [AccessWorld.rule("more", .viewer, id: "file:3")])
        let world = world
        let count = try await world.readings { _ = try await change(.add(draft("a"), at: nil)).get() }
        world.meanwhile(atReading: count) { world.reload(settings) }
        #expect(try await change(.add(draft("b"), at: nil)).error == .changedMeanwhile)
        #expect(stored.map(\.claimValue) == ["a"])
        world.reload(try AccessWorld.settings(listing: nil))
        #expect(try await change(.add(draft("a"), at: nil)).error == .changedMeanwhile)
    }

    @Test("rules that another process changes before the transaction are read anew, not overwritten")
    func otherProcess() async throws {
        _ = try await change(.add(draft("a"), at: nil)).get()
        let database = try world.place.reopened()
        defer { database.close() }
        let other = try AccessWorld.store(in: database, at: world.clock)
        _ = try await other.changeMappings(
            .add(draft("theirs"), at: nil), in: AccessWorld.acme, by: carla.acting(.writeMappings),
            expecting: AccessStore.ExpectedRules(file: AccessWorld.fileRules, tag: nil),
            recording: AccessWorld.record(.claimMappingUpdate)
        ).get()
        // This process has not noticed the other one's rule yet.
        #expect(stored.count == 1)
        let all = try await change(.add(draft("b"), at: nil)).get().all
        #expect(all.map(\.claimValue) == ["a", "theirs", "b"] && stored == all)
    }

    @Test("many changes at once are all made, one after the other")
    func atOnce() async throws {
        let (world, carla) = (world, carla)
        let drafts = (0..<20).map { draft("t\($0)") }
        let refusals = try await withThrowingTaskGroup(of: AccessRefusal?.self) { group in
            for draft in drafts {
                group.addTask { try await world.change(.add(draft, at: 0), by: carla.acting(.writeMappings)).error }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(refusals.allSatisfy { $0 == nil })
        #expect(Set(stored.map(\.claimValue)) == Set(drafts.map(\.claimValue)) && stored.map(\.rank) == Array(1...20))
        let seen = tag
        async let one = change(.remove(stored[0].id), ifTag: seen)
        async let two = change(.remove(stored[1].id), ifTag: seen)
        let outcomes = try await [one.error, two.error]
        #expect(outcomes.count { $0 == nil } == 1 && outcomes.contains(.changedMeanwhile))
    }

    @Test("at most two thousand rules are stored")
    func limit() async throws {
        try await fill(AccessStore.mostMappings - 1)
        let last = try await change(.add(draft("last"), at: 0)).get()
        #expect(last.all.count == 2000)
        #expect(try await change(.add(draft("more"), at: nil)).error == .tooMany)
        var edit = MappingEdit()
        edit.claimValue = "renamed"
        #expect(try await change(.edit(last.row.id, edit, at: 1999)).error == nil)
        #expect(try await change(.remove("m1")).get().all.count == 1999)
    }

    @Test("at most two hundred patterns are stored, and a rule becomes none beyond them")
    func patterns() async throws {
        try await fill(AccessStore.mostPatterns, match: "glob")
        #expect(try await change(.add(draft("more*", .glob), at: nil)).error == .tooMany)
        let row = try await change(.add(draft("more"), at: nil)).get().row
        var edit = MappingEdit()
        edit.match = .glob
        #expect(try await change(.edit(row.id, edit, at: nil)).error == .tooMany)
        #expect(try await change(.remove("m7")).error == nil)
        #expect(try await change(.edit(row.id, edit, at: nil)).error == nil)
    }

    @Test("rules whose ids look alike are removed one by one")
    func idsAlike() async throws {
        for id in ["\u{E9}", "e\u{301}"] {
            try await world.place.execute(
                """
                INSERT INTO claim_mapping (id, organization, rank, claim_name, match, claim_value, role)
                VALUES ('\(id)', 'acme', \(id.utf8.count), 'team', 'equals', 'x\(id.utf8.count)', 'organization-viewer')
                """)
        }
        try world.access.refresh()
        _ = try await change(.remove("e\u{301}")).get()
        #expect(try await world.place.count("claim_mapping") == 1)
        #expect(stored.map(\.claimValue) == ["x2"])
    }
}
