import GatehouseTesting
import Glibc
import Testing
import Threads

@testable import Databases

/// A store with one table. Tests that concern its file run on SQLite only.
final class DatabaseFile: Sendable {
    static let schema = Schema(
        component: "test",
        sqlite: ["CREATE TABLE item (name TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL DEFAULT '') STRICT"],
        postgreSQL: [
            """
            CREATE TABLE item (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, body TEXT COLLATE "C" NOT NULL DEFAULT '')
            """
        ])

    private let place = StorePlace()
    var location: StoreLocation { place.location }
    var directory: String { place.directory.path }
    var path: String { directory + "/store.db" }

    func open(schemas: [Schema] = [DatabaseFile.schema]) throws(DatabaseError) -> Database {
        try Database(at: location, schemas: schemas)
    }

    /// Copies the file and its log as they are on disk now, which is the state after a crash.
    func copyAsAfterCrash() {
        for suffix in ["", "-wal"] {
            let source = unsafe fopen(path + suffix, "r")
            let target = unsafe fopen(directory + "/copy.db" + suffix, "w")
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while let source = unsafe source, let target = unsafe target {
                let count = unsafe fread(&buffer, 1, buffer.count, source)
                guard count > 0 else { break }
                unsafe fwrite(&buffer, 1, count, target)
            }
            if let source = unsafe source { unsafe fclose(source) }
            if let target = unsafe target { unsafe fclose(target) }
        }
    }

    func openCopy() throws(DatabaseError) -> Database {
        try Database(path: directory + "/copy.db", schemas: [DatabaseFile.schema])
    }
}

extension Trait where Self == ConditionTrait {
    /// The test concerns the file of SQLite.
    static var onSQLite: Self { .disabled(if: StorePlace.isPostgreSQL, "it concerns the file of SQLite") }
}

extension Database {
    func names() async throws(DatabaseError) -> [String] {
        try await read { transaction throws(DatabaseError) in
            try transaction.all("SELECT name FROM item ORDER BY name") { $0.text(0) }
        }
    }

    func version() async throws(DatabaseError) -> Int {
        try await read { transaction throws(DatabaseError) in
            try transaction.first("SELECT version FROM store_version") { $0.integer(0) } ?? -1
        }
    }

    func insert(_ name: String) async throws(DatabaseError) {
        try await write { transaction throws(DatabaseError) in
            transaction.note(StoreChange("item", name))
            _ = try transaction.execute("INSERT INTO item (name) VALUES ($1)", .text(name))
        }
    }
}

extension Database {
    /// Occupies a reader's thread after a read, until the result is set to false. No task waits for it.
    func holdReader(_ read: @escaping @Sendable (Transaction) throws(DatabaseError) -> Void = { _ in }) -> Monitor<Bool>
    {
        let (isHeld, hasBegun) = (Monitor(true), Monitor(false))
        submitRead { transaction throws(DatabaseError) in
            try read(transaction)
            hasBegun.change { $0 = true }
            _ = isHeld.wait { $0 ? nil : true }
        } answer: { (_: Result<Void, DatabaseError>) in
        }
        _ = hasBegun.wait { $0 ? true : nil }
        return isHeld
    }
}
