public import Databases
public import Identities
public import Snapshots
public import Time

/// The store of all organizations' inventories: their rows in the database, and the snapshots that requests read.
///
/// Every method takes the organization that it works for, and reads only rows of that organization's generation. The
/// methods serve commands, and ``MetricsBackend``, which takes the organization from a permit.
public final class MetricsStore: Sendable {
    let database: Database
    let now: @Sendable () -> Timestamp
    let requestsUnderWay = RequestsUnderWay()
    private let published: Published<MetricsSettings>
    private let snapshots: Published<[OrganizationID: MetricsSnapshot]>

    /// Loads the snapshots, and starts sweeping the rows of interrupted imports. Blocks; for start-up and commands.
    ///
    /// - Parameters:
    ///   - database: a database that was opened with ``schema``.
    ///   - settings: the settings in force, which a reload replaces.
    public init(
        database: Database, settings: Published<MetricsSettings> = Published(MetricsSettings()),
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) throws(DatabaseError) {
        self.database = database
        self.now = now
        published = settings
        snapshots = Published([:])
        try refresh()
        sweepInBackground()
    }

    /// The settings in force.
    var settings: MetricsSettings { published.read().value }

    /// Applies changes that other processes wrote. Called by ``Databases/Database/follow(every:_:)``.
    public func takeUpChanges() throws(DatabaseError) { try refresh() }

    /// Returns the organization's workspaces at their last committed version.
    func snapshot(of organization: OrganizationID) -> MetricsSnapshot {
        snapshots.read().value[organization] ?? .empty
    }

    /// Returns true if the organization has no workspaces.
    public func isEmpty(_ organization: OrganizationID) -> Bool { snapshot(of: organization).rows.isEmpty }

    /// Replaces an organization's snapshot, unless a later one is already published.
    func publish(_ snapshot: MetricsSnapshot, for organization: OrganizationID) {
        snapshots.update { snapshots in
            if let current = snapshots[organization], current.version >= snapshot.version { return }
            snapshots[organization] = snapshot
        }
    }

    /// Reloads the organizations whose version differs from the published one.
    func refresh() throws(DatabaseError) {
        let (published, today) = (snapshots.read().value.mapValues(\.version), today)
        let changed = try database.readBlocking { transaction throws(DatabaseError) in
            let versions = try transaction.all("SELECT organization, version FROM inventory") {
                row throws(DatabaseError) in (row.text(0), row.integer(1))
            }
            var changed: [OrganizationID: MetricsSnapshot] = [:]
            for (text, version) in versions {
                guard let organization = OrganizationID(text), published[organization] != version,
                    let state = try InventoryState.read(organization, transaction)
                else { continue }
                changed[organization] = try MetricsSnapshot.load(
                    state, of: organization, today: today, transaction)
            }
            return changed
        }
        for (organization, snapshot) in changed { publish(snapshot, for: organization) }
    }

    var nowInSeconds: Int64 { now().seconds }

    func sweepInBackground() {
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
}
