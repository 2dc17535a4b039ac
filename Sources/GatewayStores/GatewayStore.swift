internal import Assertions
internal import Audit
public import Configuration
internal import ConnectionURLs
internal import Cryptography
public import Databases
internal import Files
internal import Grants
internal import Sessions
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
        switch StoreLocation(settings.storage) {
        case .sqlite(let path): try Database(path: path, schemas: schemas, isMade: isMade)
        case .postgreSQL: throw DatabaseError(.cannotOpen, cause: StorageSettings.buildAdvice)
        }
    }
}

extension GatewayStore {
    /// True if the store already exists. A database of PostgreSQL counts as existing: it is made by its administrator.
    public static func exists(_ settings: Settings) -> Bool {
        switch settings.storage {
        case .sqlite(let path): FileContent.exists(path)
        case .postgreSQL: true
        }
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
