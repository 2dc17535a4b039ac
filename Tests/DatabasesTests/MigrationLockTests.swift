import GatehouseTesting
import Testing
import Threads
import Time

@testable import Databases

@Suite("Migrations of tables in use", .enabled(if: StorePlace.isPostgreSQL))
struct MigrationLockTests {
    let store = DatabaseFile()
    private let schemas = [
        DatabaseFile.schema,
        Schema(component: "more", migrations: ["ALTER TABLE item ADD COLUMN size BIGINT NOT NULL DEFAULT 7"]),
    ]

    /// Runs `body` while a transaction reads the table.
    private func reading(_ body: (Database) async throws -> Void) async throws {
        let database = try store.open()
        let isHeld = database.holdReader { transaction throws(DatabaseError) in
            _ = try transaction.first("SELECT count(*) FROM item") { $0.integer(0) }
        }
        defer { isHeld.change { $0 = false } }
        try await body(database)
    }

    @Test("a migration that waits for a table ends with a reason, and changes nothing")
    func refused() async throws {
        try await reading { _ in
            let connection = try store.location.engine().connect(for: .making)
            let error = #expect(throws: DatabaseError.self) { try connection.migrate(to: schemas, attempts: 1) }
            #expect(error?.reason == .busy && error?.cause.contains("pg_stat_activity") == true)
        }
        #expect(try Database.pendingMigrations(at: store.location, schemas: schemas).map(\.component) == ["more"])
    }

    @Test("other processes write while a migration waits for a table, and then it goes on")
    func writersGoOn() async throws {
        let (location, schemas) = (store.location, schemas)
        let applied = Monitor<[PendingMigration]?>(nil)
        var thread: SystemThread?
        try await reading { database in
            thread = try SystemThread { applied.change { $0 = (try? Database.migrate(location, to: schemas)) ?? [] } }
            // It has the lock of the writers, and waits for the table.
            while try await database.waits() == 0 {}
            try await database.insert("a")
        }
        thread?.join()
        #expect(applied.change { $0 }?.map(\.component) == ["more"])
    }

    @Test("a transaction is ended if its process stops in it")
    func idleLimits() async throws {
        let database = try store.open()
        let limit = "SELECT current_setting('idle_in_transaction_session_timeout')"
        let ofReads = try await database.read { transaction throws(DatabaseError) in
            try transaction.first(limit) { $0.text(0) }
        }
        let ofWrites = try await database.write { transaction throws(DatabaseError) in
            try transaction.first(limit) { $0.text(0) }
        }
        let connection = try store.location.engine().connect(for: .writing)
        try connection.beginWriting(isPatient: true)
        defer { connection.rollBack() }
        let ofMigrations = try Transaction(on: connection).first(limit) { $0.text(0) }
        #expect([ofReads, ofWrites, ofMigrations] == ["1min", "2s", "1min"])
    }
}

extension Database {
    /// The number of locks of tables that are waited for.
    fileprivate func waits() async throws(DatabaseError) -> Int {
        try await read { transaction throws(DatabaseError) in
            try transaction.first(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'item'::regclass"
            ) { $0.integer(0) } ?? 0
        }
    }
}
