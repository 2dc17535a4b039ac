public import Databases
internal import FoundationEssentials
internal import Synchronization

/// A place for one store, which is deleted with the value: a SQLite file in a temporary directory, or a schema of its own
/// in the database of PostgreSQL that `GATEHOUSE_TEST_POSTGRESQL` names (a URI without parameters, of a superuser or of an
/// owner of the database).
public final class StorePlace: Sendable {
    public let location: StoreLocation
    /// The directory of the SQLite file, for other files too.
    public let directory: TemporaryDirectory
    private let schema: String?

    /// True if the tests run on PostgreSQL.
    public static let isPostgreSQL = uri != nil
    private static let uri = ProcessInfo.processInfo.environment["GATEHOUSE_TEST_POSTGRESQL"]
    private static let count = Atomic(0)
    /// Creates and deletes the schemas.
    private static let server: Database? = uri.flatMap { uri in
        do throws(DatabaseError) {
            return try Database(at: .postgreSQL(PostgreSQLAddress(uri: uri)), schemas: [])
        } catch {
            fatalError("GATEHOUSE_TEST_POSTGRESQL: \(error)")
        }
    }

    public init() {
        directory = TemporaryDirectory()
        guard let uri = StorePlace.uri, let server = StorePlace.server else {
            schema = nil
            location = .sqlite(path: "\(directory.path)/store.db")
            return
        }
        let number = StorePlace.count.wrappingAdd(1, ordering: .relaxed).newValue
        let name = "test_\(ProcessInfo.processInfo.processIdentifier)_\(number)"
        StorePlace.run("CREATE SCHEMA \(name)", on: server)
        schema = name
        location = .postgreSQL(PostgreSQLAddress(uri: "\(uri)?options=-csearch_path%3D\(name)", connections: 4))
    }

    deinit {
        if let schema, let server = StorePlace.server { StorePlace.run("DROP SCHEMA \(schema) CASCADE", on: server) }
    }

    private static func run(_ sql: String, on server: Database) {
        do throws(DatabaseError) {
            try server.writeBlocking { transaction throws(DatabaseError) in _ = try transaction.execute(sql) }
        } catch {
            fatalError("\(sql): \(error)")
        }
    }
}
