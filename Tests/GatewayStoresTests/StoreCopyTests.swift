import Audit
import Databases
import GatehouseTesting
import Testing

@testable import GatewayStores

@Suite("The copy of a store")
struct StoreCopyTests {
    private let directory = TemporaryDirectory()
    private let target = StorePlace()
    private var source: StoreLocation { .sqlite(path: "\(directory.path)/source.db") }

    private func copy(
        from source: StoreLocation? = nil, schemas: [Schema] = GatewayStore.schemas
    ) throws(StoreCopyError) -> StoreCopy {
        try StoreCopy(from: source ?? self.source, to: target.location, schemas: schemas)
    }

    /// Changes the source past the code under test.
    private func change(_ sql: String, schemas: [Schema] = GatewayStore.schemas) throws {
        let database = try Database(at: source, schemas: schemas)
        defer { database.close() }
        try database.writeBlocking { transaction throws(DatabaseError) in _ = try transaction.execute(sql) }
    }

    private func isCase(_ error: StoreCopyError?, _ test: (StoreCopyError) -> Bool) -> Bool { error.map(test) ?? false }

    private func expectNothing() throws {
        // A file that was missing is empty now.
        let names = (try? FilledStore.tables(of: target.location)) ?? []
        #expect(names.isEmpty)
    }

    @Test("every row of every table is copied, and the source is as it was", arguments: [1, 5, 700])
    func whole(rows: Int) throws {
        try FilledStore.make(at: source, rows: rows)
        let before = try FilledStore.content(of: source)
        let copy = try copy()
        #expect(try FilledStore.content(of: target.location) == before)
        #expect(try FilledStore.content(of: source) == before)
        #expect(copy.events == 6 && copy.tables.allSatisfy { $0.rows > 0 })
        #expect(copy.tables.map(\.name) == copy.tables.map(\.name).sorted() && copy.tables.count > 20)
        #expect(copy.rows == before.count - copy.tables.count)
    }

    /// The target with a name of its own, since other tests use the same server of PostgreSQL.
    private func named(_ name: String) -> StoreLocation {
        guard case .postgreSQL(let address) = target.location else { return target.location }
        return .postgreSQL(PostgreSQLAddress(uri: "\(address.uri)&application_name=\(name)"))
    }

    @Test("a copy of a copy is the same, from either engine, unless another process uses it")
    func back() throws {
        try FilledStore.make(at: source)
        _ = try copy()
        let (first, second) = (named("back"), StoreLocation.sqlite(path: "\(directory.path)/second.db"))
        let database = try Database(at: first, schemas: GatewayStore.schemas)
        let error = #expect(throws: StoreCopyError.self) {
            try StoreCopy(from: first, to: second, schemas: GatewayStore.schemas)
        }
        #expect(isCase(error) { if case .sourceInUse = $0 { true } else { false } })
        database.close()
        _ = try StoreCopy(from: first, to: second, schemas: GatewayStore.schemas)
        #expect(try FilledStore.content(of: second) == FilledStore.content(of: source))
    }

    @Test("the version goes on rising, and the copy can be opened and written")
    func version() throws {
        try FilledStore.make(at: source)
        let version = try #require(try FilledStore.version(of: source))
        _ = try copy()
        #expect(try FilledStore.version(of: target.location) == version + 1)
        let database = try Database(at: target.location, schemas: GatewayStore.schemas, isMade: false)
        defer { database.close() }
        try database.writeBlocking { transaction throws(DatabaseError) in
            let record = AuditRecord(.auditExport, by: .operator)
            try AuditLog.append(record, at: FilledStore.now, transaction)
        }
        #expect(try FilledStore.version(of: target.location) == version + 2)
    }

    @Test("an empty store is copied too")
    func empty() throws {
        try FilledStore.make(at: source, rows: 0, events: 0)
        #expect(try copy().rows == 0)
    }

    @Test("large rows and a table without a key are copied")
    func large() throws {
        let sql = """
            CREATE TABLE big (id @ NOT NULL PRIMARY KEY, text #, bytes $);
            CREATE TABLE bag (a # NOT NULL, b @ NOT NULL);
            """
        let schemas = [AuditLog.schema, both(sql)]
        let database = try Database(at: source, schemas: schemas)
        try database.writeBlocking { transaction throws(DatabaseError) in
            for row in 0..<9 {
                let size = row == 4 ? 3 << 20 : 400_000
                try transaction.execute(
                    "INSERT INTO big (id, text, bytes) VALUES ($1, $2, $3)", .integer(row),
                    .text(String(repeating: "\u{E9}", count: size / 2)), .blob([UInt8](repeating: 0, count: size)))
            }
            for row in 0..<1300 {
                try transaction.execute(
                    "INSERT INTO bag (a, b) VALUES ($1, $2)", .text("x"), .integer(row / 3 % 600))
            }
        }
        database.close()
        let copy = try copy(schemas: schemas)
        #expect(copy.tables.first { $0.name == "bag" }?.rows == 1300)
        #expect(try FilledStore.content(of: target.location) == FilledStore.content(of: source))
    }

    /// A schema in both dialects: `@` is an integer, `#` a text, `$` octets.
    private func both(_ sql: String) -> Schema {
        func text(_ integer: String, _ text: String, _ octets: String) -> String {
            sql.replacing("@", with: integer).replacing("#", with: text).replacing("$", with: octets)
        }
        return Schema(
            component: "test", sqlite: [text("INTEGER", "TEXT", "BLOB")],
            postgreSQL: [text("BIGINT", "TEXT COLLATE \"C\"", "BYTEA")])
    }

    @Test("a target with a table of a store is refused, and left as it is", arguments: [true, false])
    func occupied(isStore: Bool) throws {
        try FilledStore.make(at: source)
        let schemas = isStore ? GatewayStore.schemas : []
        try Database(at: target.location, schemas: schemas).close()
        let before = try FilledStore.content(of: target.location)
        let error = #expect(throws: StoreCopyError.self) { try copy() }
        #expect(isCase(error) { if case .occupied = $0 { true } else { false } }, "\(String(describing: error))")
        #expect(try FilledStore.content(of: target.location) == before)
    }

    @Test("the store itself is no target")
    func itself() throws {
        try FilledStore.make(at: source)
        let before = try FilledStore.content(of: source)
        let error = #expect(throws: StoreCopyError.self) {
            try StoreCopy(from: source, to: source, schemas: GatewayStore.schemas)
        }
        #expect(isCase(error) { if case .occupied = $0 { true } else { false } }, "\(String(describing: error))")
        #expect(try FilledStore.content(of: source) == before)
    }

    @Test("a store that another process has open is refused, although it is only read")
    func inUse() throws {
        try FilledStore.make(at: source)
        let database = try Database(at: source, schemas: GatewayStore.schemas)
        defer { database.close() }
        let error = #expect(throws: StoreCopyError.self) { try copy() }
        #expect(isCase(error) { if case .sourceInUse = $0 { true } else { false } }, "\(String(describing: error))")
        try expectNothing()
        // The store goes on being served.
        try database.writeBlocking { transaction throws(DatabaseError) in
            try AuditLog.append(AuditRecord(.auditExport, by: .operator), at: FilledStore.now, transaction)
        }
    }

    @Test("nothing else uses the store during the copy")
    func alone() throws {
        try FilledStore.make(at: source)
        try Database.readingAlone(at: source) { _ throws(DatabaseError) in
            let error = #expect(throws: DatabaseError.self) {
                try Database.reading(at: source) { transaction throws(DatabaseError) in
                    try transaction.first("SELECT 1 FROM session") { _ in true }
                }
            }
            #expect(error?.reason == .busy)
        }
        #expect(try FilledStore.tables(of: source).count > 20)
    }

    @Test("a store that lacks migrations, or that a newer release wrote, is refused")
    func otherRelease() throws {
        let old = GatewayStore.schemas.map { $0.prefix(max(1, $0.count - 1)) }
        try Database(at: source, schemas: old).close()
        let outdated = #expect(throws: StoreCopyError.self) { try copy() }
        #expect(
            isCase(outdated) { if case .sourceOutdated = $0 { true } else { false } }, "\(String(describing: outdated))"
        )
        try change("UPDATE schema_migrations SET number = number + 1 WHERE component = 'audit'")
        let newer = #expect(throws: StoreCopyError.self) { try copy() }
        #expect(isCase(newer) { if case .sourceTooNew = $0 { true } else { false } }, "\(String(describing: newer))")
        try expectNothing()
    }

    @Test(
        "an audit log with faults is not copied",
        arguments: [
            "DELETE FROM audit_event WHERE sequence = 2", "UPDATE audit_head SET sequence = 7",
            "UPDATE audit_event SET outcome = 'x'",
        ])
    func audit(_ damage: String) throws {
        try FilledStore.make(at: source)
        try change(damage)
        let error = #expect(throws: StoreCopyError.self) { try copy() }
        #expect(isCase(error) { if case .audit(_) = $0 { true } else { false } }, "\(String(describing: error))")
        try expectNothing()
    }

    @Test(
        "a text that is not UTF-8 or has a NUL is not repaired, and the copy is refused",
        arguments: ["CAST(x'61FF' AS TEXT)", "CAST(x'6100' AS TEXT)"])
    func text(_ value: String) throws {
        try FilledStore.make(at: source)
        try change("UPDATE claim_mapping SET claim_value = \(value)")
        #expect(throws: StoreCopyError.self) { try copy() }
        try expectNothing()
    }

    @Test(
        "a target that changes or drops rows is noticed", .onSQLite("the trigger is written in its language"),
        arguments: ["value = value + 1", "value = NULL"])
    func changed(_ change: String) throws {
        let table = "CREATE TABLE item (id INTEGER NOT NULL PRIMARY KEY, value INTEGER) STRICT;"
        let trigger = """
            CREATE TRIGGER item_change AFTER INSERT ON item WHEN new.id = 3
            BEGIN UPDATE item SET \(change) WHERE id = 3; END;
            """
        try Database(at: source, schemas: [AuditLog.schema, Schema(component: "t", migrations: [table])]).close()
        let schemas = [AuditLog.schema, Schema(component: "t", migrations: [table + trigger])]
        try self.change("INSERT INTO item VALUES (1, 1), (2, 2), (3, 3), (4, 4)", schemas: schemas)
        let error = #expect(throws: StoreCopyError.self) { try copy(schemas: schemas) }
        #expect(
            isCase(error) { if case .differs(table: "item") = $0 { true } else { false } },
            "\(String(describing: error))")
        try expectNothing()
    }

    @Test("a source with other columns is refused")
    func columns() throws {
        try FilledStore.make(at: source)
        try change("ALTER TABLE audit_checkpoint ADD COLUMN more INTEGER")
        let error = #expect(throws: StoreCopyError.self) { try copy() }
        #expect(
            isCase(error) { if case .unlike(table: "audit_checkpoint") = $0 { true } else { false } },
            "\(String(describing: error))")
        try expectNothing()
    }

    @Test("a missing source is reported, and not made")
    func missing() {
        let error = #expect(throws: StoreCopyError.self) { try copy() }
        #expect("\(String(describing: error))".contains("source.db"))
        #expect(throws: DatabaseError.self) { try FilledStore.tables(of: source) }
    }
}
