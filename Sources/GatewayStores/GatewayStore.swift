internal import Assertions
internal import Audit
public import Configuration
internal import ConnectionURLs
internal import Cryptography
public import Databases
internal import Files
internal import Grants
internal import Sessions
internal import Text
internal import WorkspaceMetrics

/// The store of the gateway as a whole: all tables of this version, at the place that the configuration names.
public enum GatewayStore {
    /// The tables of all components.
    public static let schemas = [
        MetricsStore.schema, SessionStore.schema, DeniedSignInStore.schema, AuditLog.schema, AuditCheckpoint.schema,
        AccessStore.schema, AssertionKeys.schema,
    ]

    /// Opens the store that the settings name.
    ///
    /// - Parameter isMade: true if a missing store is created; commands that only read must not find an empty one.
    public static func open(_ settings: Settings, isMade: Bool = true) throws(DatabaseError) -> Database {
        try Database(
            at: StoreLocation(settings.storage), schemas: schemas, isMade: isMade,
            isMigrated: settings.migrate == .automatically)
    }

    /// True if the store exists, so that a command that only reads can open it.
    public static func exists(_ settings: Settings) throws(DatabaseError) -> Bool {
        switch settings.storage {
        case .sqlite(let path): return FileContent.exists(path)
        case .postgreSQL:
            return try Database.reading(at: StoreLocation(settings.storage)) { transaction throws(DatabaseError) in
                try TableCatalog(transaction).names.contains(exactly: Transaction.versionTable)
            }
        }
    }

    /// Returns the migrations that the store lacks, without changing it; all of them if there is no store. Blocks.
    public static func pending(_ settings: Settings) throws(DatabaseError) -> [PendingMigration] {
        if case .sqlite(let path) = settings.storage, !FileContent.exists(path) {
            return schemas.map { PendingMigration(component: $0.component, applied: 0, known: $0.count) }
        }
        return try Database.pendingMigrations(at: StoreLocation(settings.storage), schemas: schemas)
    }

    /// Brings the store up to date, and makes it if there is none. Blocks.
    ///
    /// - Returns: what was applied.
    public static func migrate(_ settings: Settings) throws(DatabaseError) -> [PendingMigration] {
        try Database.migrate(StoreLocation(settings.storage), to: schemas)
    }
}

extension StoreLocation {
    /// The place that the configuration names.
    public init(_ storage: StorageSettings) {
        switch storage {
        case .sqlite(let path): self = .sqlite(path: path)
        case .postgreSQL(let settings):
            self = .postgreSQL(
                PostgreSQLAddress(
                    uri: settings.url.text, password: settings.password?.text, connections: settings.connections,
                    direct: settings.direct?.text))
        }
    }
}
