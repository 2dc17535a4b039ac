import Databases
import Testing

@Suite("Migrations")
struct SchemaTests {
    let store = DatabaseFile()
    private let first = "CREATE TABLE thing (name TEXT NOT NULL) STRICT; INSERT INTO thing VALUES ('one')"
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

    @Test("a newer schema is refused and left unchanged", arguments: [true, false])
    func tooNew(isComponentKnown: Bool) throws {
        let newer = [Schema(component: "things", migrations: [first, second])]
        try store.open(schemas: newer).close()
        let older = isComponentKnown ? [Schema(component: "things", migrations: [first])] : []
        let error = #expect(throws: DatabaseError.self) { try store.open(schemas: older) }
        #expect(error?.reason == .schemaTooNew)
        #expect(try size(store.open(schemas: newer)) == 7)
    }

    @Test("a migration that fails undoes all of them")
    func failing() throws {
        let broken = [Schema(component: "things", migrations: [first, "CREATE TABLE thing (x)"])]
        #expect(throws: DatabaseError.self) { try store.open(schemas: broken) }
        let whole = [Schema(component: "things", migrations: [first, second])]
        #expect(try size(store.open(schemas: whole)) == 7)
    }
}
