public import Audit
internal import Databases
internal import Identities
public import Inventory
public import Policy
internal import Text

/// The only entry point for requests. Every method takes a permit and works for the organization that the permit names.
/// A permit for another permission is refused.
///
/// Results are bytes with their entity tags, which the caller translates to HTTP. Methods that only read metrics use
/// memory and never wait.
public struct MetricsBackend: Sendable {
    private let store: MetricsStore

    public init(_ store: MetricsStore) {
        self.store = store
    }

    // MARK: metrics.read

    /// Returns a page of workspaces as `{"items":[…],"next_cursor":…}`, or all matches of the query as CSV.
    public func workspaces(
        _ permit: Permit, _ query: WorkspaceQuery, as format: Representation.Format = .json
    ) throws(MetricsError) -> Representation {
        store.workspaces(of: try organization(permit, for: .readMetrics), query, as: format)
    }

    /// Returns true if computing the result would block a reactor for too long.
    public func isLong(
        _ permit: Permit, _ query: WorkspaceQuery, as format: Representation.Format = .json
    ) throws(MetricsError) -> Bool {
        store.snapshot(of: try organization(permit, for: .readMetrics)).isLong(query, as: format)
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

    /// Returns a number that increases with each change of the results of ``workspaces(_:_:as:)``, for caching.
    public func version(_ permit: Permit) throws(MetricsError) -> Int {
        store.snapshot(of: try organization(permit, for: .readMetrics)).version
    }

    /// Returns one workspace's row, or nil if the organization has no workspace with this id.
    public func workspace(_ permit: Permit, id: String) throws(MetricsError) -> Representation? {
        store.workspace(id, of: try organization(permit, for: .readMetrics))
    }

    /// Returns the organization's totals and its license limits.
    public func summary(_ permit: Permit, _ license: License) throws(MetricsError) -> Representation {
        store.summary(of: try organization(permit, for: .readMetrics), license)
    }

    /// Returns a page of workspaces as values, for HTML pages.
    public func page(_ permit: Permit, _ query: WorkspaceQuery) throws(MetricsError) -> WorkspacePage {
        store.snapshot(of: try organization(permit, for: .readMetrics)).page(query)
    }

    /// Returns the totals and license limits as values, for HTML pages.
    public func totals(_ permit: Permit, _ license: License) throws(MetricsError) -> MetricsSummary {
        store.snapshot(of: try organization(permit, for: .readMetrics)).summary(license)
    }

    // MARK: inventory.write
    //
    // Each write checks its authorization again, because the permit was issued before the content arrived.

    /// Replaces the whole inventory with a document of any size, completely or not at all. Returns after COMMIT.
    ///
    /// - Parameter record: the event to append to the audit log in the transaction.
    public func replaceInventory(
        _ permit: Permit, from source: inout some InventorySource, if authorization: any WriteAuthorization,
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
        _ permit: Permit, body: [UInt8], if authorization: any WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.change(organization(permit, for: .writeInventory), body: body, if: authorization)
    }

    /// Returns one workspace as it was published, or nil if the organization has no workspace with this id.
    public func inventoryWorkspace(_ permit: Permit, id: String) async throws(MetricsError) -> Representation? {
        try await store.inventoryDocument(ofWorkspace: id, of: organization(permit, for: .writeInventory))
    }

    /// Adds a workspace, or replaces the one with this id. The roles of its members must already exist.
    public func putWorkspace(
        _ permit: Permit, id: String, body: [UInt8], if authorization: any WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.putWorkspace(
            id, of: organization(permit, for: .writeInventory), body: body, if: authorization)
    }

    /// Deletes one workspace. Refused as `notFound` if the organization has no workspace with this id.
    public func deleteWorkspace(
        _ permit: Permit, id: String, if authorization: any WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.deleteWorkspace(id, of: organization(permit, for: .writeInventory), if: authorization)
    }

    private func organization(_ permit: Permit, for needed: Permission) throws(MetricsError) -> OrganizationID {
        guard permit.permission == needed else { throw .permit(needed: needed) }
        return permit.organization
    }
}
