public import Audit
internal import Databases
internal import Organizations
public import Policy

/// The one way in for requests: every function takes a permit, works for the organization that the permit names, and
/// refuses a permit that was given for something else.
///
/// Answers are bytes with their entity tags; what they become in HTTP is the caller's affair. What only reads metrics
/// answers from memory and never waits.
public struct MetricsBackend: Sendable {
    private let store: MetricsStore

    public init(_ store: MetricsStore) {
        self.store = store
    }

    // MARK: metrics.read

    /// A page of workspaces as `{"items":[…],"next_cursor":…}`, or all that the query finds as CSV.
    public func workspaces(
        _ permit: Permit, _ query: WorkspaceQuery, as format: Representation.Format = .json
    ) throws(MetricsFault) -> Representation {
        store.workspaces(of: try organization(permit, for: .readMetrics), query, as: format)
    }

    /// Whether the answer takes long enough that it should not be made on a reactor.
    public func isLong(
        _ permit: Permit, _ query: WorkspaceQuery, as format: Representation.Format = .json
    ) throws(MetricsFault) -> Bool {
        store.snapshot(of: try organization(permit, for: .readMetrics)).isLong(query, as: format)
    }

    /// Works something out on a thread of the store that reads.
    public func compute<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(MetricsFault) -> Value {
        do throws(DatabaseError) {
            return try await store.database.compute(body)
        } catch {
            throw .store(error)
        }
    }

    /// Grows with each change of what ``workspaces(_:_:as:)`` answers, so that answers can be kept.
    public func version(_ permit: Permit) throws(MetricsFault) -> Int {
        store.snapshot(of: try organization(permit, for: .readMetrics)).version
    }

    /// One workspace's row; `nil` where the organization has none of this id.
    public func workspace(_ permit: Permit, id: String) throws(MetricsFault) -> Representation? {
        store.workspace(id, of: try organization(permit, for: .readMetrics))
    }

    /// The totals against the license.
    public func summary(_ permit: Permit, _ license: License) throws(MetricsFault) -> Representation {
        store.summary(of: try organization(permit, for: .readMetrics), license)
    }

    /// The same as values, for pages.
    public func page(_ permit: Permit, _ query: WorkspaceQuery) throws(MetricsFault) -> WorkspacePage {
        store.snapshot(of: try organization(permit, for: .readMetrics)).page(query)
    }

    /// The same as values, for pages.
    public func totals(_ permit: Permit, _ license: License) throws(MetricsFault) -> MetricsSummary {
        store.snapshot(of: try organization(permit, for: .readMetrics)).summary(license)
    }

    // MARK: inventory.write
    //
    // Each write takes the authorization of its moment: a permit was given before the content arrived.

    /// Replaces the whole inventory with a document of any size, all or nothing; answers after COMMIT.
    ///
    /// - Parameter record: appended to the audit log with it.
    public func replaceInventory(
        _ permit: Permit, from source: inout some InventorySource, if authorization: WriteAuthorization,
        recording record: AuditRecord? = nil
    ) async throws(MetricsFault) -> Result<ImportSummary, InventoryRefusal> {
        try await store.replaceInventory(
            of: organization(permit, for: .writeInventory), from: &source, if: authorization, recording: record)
    }

    /// The whole inventory as it was published, in one state.
    public func inventory(_ permit: Permit) async throws(MetricsFault) -> InventoryExport {
        try await store.export(organization(permit, for: .writeInventory))
    }

    /// Applies `{"changes":[…]}`, all or none; answers after COMMIT.
    public func change(
        _ permit: Permit, body: [UInt8], if authorization: WriteAuthorization
    ) async throws(MetricsFault) -> Result<Void, InventoryRefusal> {
        try await store.change(organization(permit, for: .writeInventory), body: body, if: authorization)
    }

    /// One workspace as it was published; `nil` where there is none of this id.
    public func inventoryWorkspace(_ permit: Permit, id: String) async throws(MetricsFault) -> Representation? {
        try await store.inventoryDocument(ofWorkspace: id, of: organization(permit, for: .writeInventory))
    }

    /// Puts one workspace in the place of the one of this id, or adds it. Its roles must be known already.
    public func putWorkspace(
        _ permit: Permit, id: String, body: [UInt8], if authorization: WriteAuthorization
    ) async throws(MetricsFault) -> Result<Void, InventoryRefusal> {
        try await store.putWorkspace(
            id, of: organization(permit, for: .writeInventory), body: body, if: authorization)
    }

    /// Deletes one workspace; refused as `notFound` where there is none of this id.
    public func deleteWorkspace(
        _ permit: Permit, id: String, if authorization: WriteAuthorization
    ) async throws(MetricsFault) -> Result<Void, InventoryRefusal> {
        try await store.deleteWorkspace(id, of: organization(permit, for: .writeInventory), if: authorization)
    }

    private func organization(_ permit: Permit, for needed: Permission) throws(MetricsFault) -> OrganizationID {
        guard permit.permission == needed else { throw .permit(needed: needed) }
        return permit.organization
    }
}
