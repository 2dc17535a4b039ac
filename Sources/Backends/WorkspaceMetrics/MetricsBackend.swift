public import Audit
internal import Databases
internal import Identities
public import Inventory
public import Policy
internal import Text

/// The only entry point for requests. Every method takes a permit and works for the organization that the permit names.
/// A permit for another permission is refused.
///
/// Results are bytes with their entity tags, which the caller translates to HTTP. Metrics are read from memory; only an
/// organization that is not in memory is loaded first.
public struct MetricsBackend: Sendable {
    private let store: MetricsStore

    public init(_ store: MetricsStore) {
        self.store = store
    }

    // MARK: metrics.read

    /// Returns the organization's metrics; nil if they are not in memory, and ``load(_:_:)`` must be called.
    public func reading(_ permit: Permit, _ license: License) throws(MetricsError) -> MetricsReading? {
        let organization = try organization(permit, for: .readMetrics)
        return store.loaded(organization).map {
            MetricsReading(organization: organization, snapshot: $0, license: license)
        }
    }

    /// Returns the organization's metrics, and reads them from the store if they are not in memory.
    public func load(_ permit: Permit, _ license: License) async throws(MetricsError) -> MetricsReading {
        let organization = try organization(permit, for: .readMetrics)
        do throws(DatabaseError) {
            return MetricsReading(
                organization: organization, snapshot: try await store.load(organization), license: license)
        } catch {
            throw .store(error)
        }
    }

    /// Runs a computation on a read thread of the store.
    public func compute<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(MetricsError) -> Value {
        do throws(DatabaseError) {
            return try await store.database.compute(body)
        } catch {
            throw .store(error)
        }
    }

    // MARK: inventory.write
    //
    // Each write checks its authorization again, because the permit was issued before the content arrived.

    /// Replaces the whole inventory with a document of any size, completely or not at all. Returns after COMMIT.
    ///
    /// - Parameter record: the event to append to the audit log in the transaction.
    public func replaceInventory(
        _ permit: Permit, from source: inout some InventorySource, if authorization: WriteAuthorization,
        recording record: AuditRecord? = nil
    ) async throws(MetricsError) -> Result<ImportSummary, InventoryRefusal> {
        try await store.replaceInventory(
            of: organization(permit, for: .writeInventory), from: &source, if: authorization, recording: record)
    }

    /// Returns the whole inventory as it was published, at one version.
    public func inventory(_ permit: Permit) async throws(MetricsError) -> InventoryExport {
        try await store.export(organization(permit, for: .writeInventory))
    }

    /// Applies `{"changes":[…]}`, all changes or none. Returns after COMMIT.
    public func change(
        _ permit: Permit, body: [UInt8], if authorization: WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.change(organization(permit, for: .writeInventory), body: body, if: authorization)
    }

    /// Returns one workspace as it was published, or nil if the organization has no workspace with this id.
    public func inventoryWorkspace(_ permit: Permit, id: String) async throws(MetricsError) -> Representation? {
        try await store.inventoryDocument(ofWorkspace: id, of: organization(permit, for: .writeInventory))
    }

    /// Adds a workspace, or replaces the one with this id. The roles of its members must already exist.
    public func putWorkspace(
        _ permit: Permit, id: String, body: [UInt8], if authorization: WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.putWorkspace(
            id, of: organization(permit, for: .writeInventory), body: body, if: authorization)
    }

    /// Deletes one workspace. Refused as `notFound` if the organization has no workspace with this id.
    public func deleteWorkspace(
        _ permit: Permit, id: String, if authorization: WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.deleteWorkspace(id, of: organization(permit, for: .writeInventory), if: authorization)
    }

    private func organization(_ permit: Permit, for needed: Permission) throws(MetricsError) -> OrganizationID {
        guard permit.permission == needed else { throw .permit(needed: needed) }
        return permit.organization
    }
}
