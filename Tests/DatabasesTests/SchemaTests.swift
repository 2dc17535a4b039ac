import Testing

@testable import Databases

@Suite("Migrations")
struct SchemaTests {
    let store = DatabaseFile()
    private let first = "CREATE TABLE thing (name TEXT NOT NULL); INSERT INTO thing VALUES ('one')"
    private let second = "ALTER TABLE thing ADD COLUMN size INTEGER NOT NULL DEFAULT 7"

    private func size(_ database: Database) throws(DatabaseError) -> Int? {
        try database.readBlocking { transaction throws(DatabaseError) in
            try transaction.first("SELECT size FROM thing") { $0.integer(0) }
        }
    }

    @Test("each migration runs once, in order, on the existing rows")
    func forward() throws {
        try store.open(schemas: [Schema(component: "things", migrations: [first])]).close()
        let schemas = [Schema(component: "things", migrations: [first, second])]
        try store.open(schemas: schemas).close()
        #expect(try size(store.open(schemas: schemas)) == 7)
    }

    @Test("a schema that is newer by one migration is used, a newer one is refused, and both are left unchanged")
    func newer() throws {
        let third = "ALTER TABLE thing ADD COLUMN weight INTEGER"
        func schemas(_ count: Int) -> [Schema] {
            [Schema(component: "things", migrations: [first, second, third]).prefix(count)]
        }
        try store.open(schemas: schemas(2)).close()
        #expect(try size(store.open(schemas: schemas(1))) == 7)
        #expect(throws: DatabaseError.self) { try store.open(schemas: []) }
        try store.open(schemas: schemas(3)).close()
        let error = #expect(throws: DatabaseError.self) { try store.open(schemas: schemas(1)) }
        #expect(error?.reason == .schemaTooNew)
        #expect(try Database.pendingMigrations(at: store.location, schemas: schemas(3)) == [])
        #expect(try size(store.open(schemas: schemas(2))) == 7)
    }

    @Test("a store that is not migrated is used if it lacks one migration, and is refused if it lacks more")
    func unmigrated() throws {
        let third = "ALTER TABLE thing ADD COLUMN weight INTEGER"
        let all = Schema(component: "things", migrations: [first, second, third])
        func open(_ count: Int) throws(DatabaseError) {
            try Database(at: store.location, schemas: [all.prefix(count)], isMade: false, isMigrated: false).close()
        }
        #expect(throws: DatabaseError.self) { try open(1) }
        try store.open(schemas: [all.prefix(1)]).close()
        try open(1)
        try open(2)
        let error = #expect(throws: DatabaseError.self) { try open(3) }
        #expect(error?.reason == .schemaTooOld)
        let pending = [PendingMigration(component: "things", applied: 1, known: 3)]
        #expect(try Database.pendingMigrations(at: store.location, schemas: [all]) == pending)
        #expect(try Database.migrate(store.location, to: [all]) == pending)
        #expect(try Database.pendingMigrations(at: store.location, schemas: [all]) == [])
        try open(3)
    }

    @Test("a migration that fails undoes all of them")
    func failing() throws {
        let broken = [Schema(component: "things", migrations: [first, "CREATE TABLE thing (x INTEGER)"])]
        #expect(throws: DatabaseError.self) { try store.open(schemas: broken) }
        let whole = [Schema(component: "things", migrations: [first, second])]
        #expect(try size(store.open(schemas: whole)) == 7)
    }
}
