public import Databases
public import Identities
internal import InventoryStore
public import Snapshots
public import Time

/// The store of all organizations' inventories: their rows in the database, and the snapshots that requests read.
///
/// Every method takes the organization that it works for, and reads only rows of that organization's generation. The
/// methods serve commands, and ``MetricsBackend``, which takes the organization from a permit.
public final class MetricsStore: Sendable {
    /// The tables that the store needs; see ``init(database:settings:now:)``.
    public static var schema: Schema { InventoryTables.schema }

    let database: Database
    let now: @Sendable () -> Timestamp
    let requestsUnderWay = RequestsUnderWay()
    private let published: Published<MetricsSettings>
    /// The snapshots in memory.
    let memory = SnapshotMemory()

    /// Starts sweeping the rows of interrupted imports. Reads nothing: snapshots are loaded at the first request.
    ///
    /// - Parameters:
    ///   - database: a database that was opened with ``schema``.
    ///   - settings: the settings in force, which a reload replaces.
    public init(
        database: Database, settings: Published<MetricsSettings> = Published(MetricsSettings()),
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.database = database
        self.now = now
        published = settings
        sweepInBackground()
    }

    /// A store for a command, whose settings do not change.
    public convenience init(
        database: Database, under settings: MetricsSettings,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.init(database: database, settings: Published(settings), now: now)
    }

    /// The settings in force.
    var settings: MetricsSettings { published.read().value }

    /// Returns true if the organization has no workspaces. Blocks; for start-up.
    public func isEmptyBlocking(_ organization: OrganizationID) throws(DatabaseError) -> Bool {
        try database.readBlocking { transaction throws(DatabaseError) in
            try !InventoryState.hasWorkspaces(organization, transaction)
        }
    }

    var nowInSeconds: Int64 { now().seconds }

    /// Starts deleting rows that are no longer needed: of interrupted imports, and expired answers. Call it about once an
    /// hour, because an import that is killed with its process leaves rows that nothing else deletes.
    public func sweepInBackground() {
        let now = now()
        database.writeInSlices { transaction throws(DatabaseError) in try MetricsStore.sweep(at: now, transaction) }
    }

    /// Deletes rows that belong to no inventory, for command-line use. The gateway does this in the background.
    public func sweepBlocking() throws(DatabaseError) {
        let now = now()
        while try database.writeBlocking({ transaction throws(DatabaseError) in
            try MetricsStore.sweep(at: now, transaction)
        }) {}
    }

    /// Deletes a bounded number of rows that are no longer needed: of interrupted imports, and expired answers. Returns
    /// true if more may remain.
    private static func sweep(at now: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        let hasAnswers = try KeptAnswers.sweep(at: now, transaction)
        let hasGenerations = try Generations.sweep(now: now.seconds, transaction)
        return hasAnswers || hasGenerations
    }
}
