import GatehouseTesting
import Leases
import Testing

@testable import Databases

@Suite("Leases")
struct LeaseTests {
    let store = DatabaseFile()

    private func claim(_ name: String, by holder: String, for seconds: Int = 3000) async throws -> Bool {
        let database = try store.open()
        defer { database.close() }
        return try await database.write { transaction throws(DatabaseError) in
            try transaction.claim(name, by: holder, for: seconds)
        }
    }

    private func change(_ sql: String) async throws {
        let database = try store.open()
        defer { database.close() }
        _ = try await database.write { transaction throws(DatabaseError) in try transaction.execute(sql) }
    }

    @Test("one holder has a claim until it ends it, and may extend it")
    func oneHolder() async throws {
        #expect(try await claim("work", by: "a"))
        #expect(try await !claim("work", by: "b"))
        #expect(try await claim("work", by: "a"))
        #expect(try await claim("other work", by: "b"))
        let database = try store.open()
        try await database.write { transaction throws(DatabaseError) in
            #expect(try transaction.holder(of: "work") == "a")
            try transaction.release("work", by: "b")
            #expect(try transaction.holder(of: "work") == "a")
            try transaction.release("work", by: "a")
            #expect(try transaction.holder(of: "work") == nil)
        }
        #expect(try await claim("work", by: "b"))
    }

    @Test("the claim of a holder that has died ends by itself")
    func deadHolder() async throws {
        #expect(try await claim("work", by: "a"))
        try await change("UPDATE lease SET until = until - 1500")
        #expect(try await !claim("work", by: "b"))
        try await change("UPDATE lease SET until = until - 1600")
        #expect(try await claim("work", by: "b"))
        #expect(try await !claim("work", by: "a"))
    }

    @Test("a claim of a clock that was ahead binds nothing", arguments: ["until + 7200", "9223372036854775807"])
    func clockWasAhead(until: String) async throws {
        #expect(try await claim("work", by: "a"))
        try await change("UPDATE lease SET until = \(until)")
        #expect(try await claim("work", by: "b"))
    }

    @Test("claims that have ended are deleted")
    func sweep() async throws {
        #expect(try await claim("old", by: "a"))
        try await change("UPDATE lease SET until = until - 3001")
        #expect(try await claim("new", by: "a"))
        let database = try store.open()
        let rest = try await database.write { transaction throws(DatabaseError) in
            try transaction.sweepLeases()
            return try transaction.all("SELECT name FROM lease") { $0.text(0) }
        }
        #expect(rest == ["new"])
    }

    @Test("two processes that share a store claim in turn", .enabled(if: StorePlace.isPostgreSQL))
    func processes() async throws {
        let (one, other) = (try store.open(), try store.open())
        #expect(try await one.claim("work", for: 3000))
        #expect(try await !other.claim("work", for: 3000))
        try await one.release("work")
        #expect(try await other.claim("work", for: 3000))
    }
}
