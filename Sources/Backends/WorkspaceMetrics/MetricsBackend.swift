public import Audit
internal import Databases
public import HTTPMessage
internal import Identities
public import Inventory
public import InventoryStore
public import MetricsSnapshots
public import Policy
public import Time

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
        return store.loaded(organization).map { store.reading(of: organization, $0, license) }
    }

    /// Returns the organization's metrics, and reads them from the store if they are not in memory.
    public func load(_ permit: Permit, _ license: License) async throws(MetricsError) -> MetricsReading {
        let organization = try organization(permit, for: .readMetrics)
        do throws(DatabaseError) {
            return store.reading(of: organization, try await store.load(organization), license)
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

    /// The day under way, in UTC.
    public var today: CalendarDay { store.today }

    /// Returns usage history as `{"interval","items":[…]}`, or nil if the query names a workspace without history. Reads
    /// the store.
    public func usage(_ permit: Permit, _ query: UsageQuery) async throws(MetricsError) -> Representation? {
        try await store.usage(of: try organization(permit, for: .readMetrics), query)
    }

    /// Returns usage history as values, for HTML pages. Returns nil if the query names a workspace without history.
    public func usageReport(_ permit: Permit, _ query: UsageQuery) async throws(MetricsError) -> UsageReport? {
        try await store.usageReport(of: try organization(permit, for: .readMetrics), query)
    }

    /// Returns how the content of a workspace is counted; nil if the organization has no workspace with this id.
    public func breakdown(_ permit: Permit, workspace id: String) async throws(MetricsError) -> WorkspaceBreakdown? {
        try await store.breakdown(ofWorkspace: id, of: try organization(permit, for: .readMetrics))
    }

    // MARK: inventory.write
    //
    // Each write checks its authorization again, because the permit was issued before the content arrived.

    /// Replaces the whole inventory with a document of any size, completely or not at all. Returns after COMMIT.
    ///
    /// - Parameters:
    ///   - preconditions: the request's conditions on the whole inventory. If they do not fit before the content is read,
    ///     it is not read.
    ///   - record: the event to append to the audit log in the transaction.
    public func replaceInventory(
        _ permit: Permit, from source: inout some InventorySource, if authorization: any WriteAuthorization,
        when preconditions: Preconditions = Preconditions(), recording record: AuditRecord? = nil
    ) async throws(MetricsError) -> Result<ImportSummary, InventoryRefusal> {
        try await store.replaceInventory(
            of: organization(permit, for: .writeInventory), from: &source, if: authorization, when: preconditions,
            recording: record)
    }

    /// Removes everything from the inventory. Returns the entity tag of the empty inventory, after COMMIT.
    ///
    /// - Parameter record: the event to append to the audit log in the transaction.
    public func deleteInventory(
        _ permit: Permit, if authorization: any WriteAuthorization, when preconditions: Preconditions = Preconditions(),
        recording record: AuditRecord? = nil
    ) async throws(MetricsError) -> Result<String, InventoryRefusal> {
        try await store.deleteInventory(
            of: organization(permit, for: .writeInventory), if: authorization, when: preconditions, recording: record)
    }

    /// Returns the whole inventory as it was published, at one version.
    public func inventory(_ permit: Permit) async throws(MetricsError) -> InventoryExport {
        try await store.export(organization(permit, for: .writeInventory))
    }

    /// Returns the entity tag of the whole inventory, without quotation marks.
    public func inventoryTag(_ permit: Permit) async throws(MetricsError) -> String {
        try await store.inventoryTag(of: organization(permit, for: .writeInventory))
    }

    /// Reserves an idempotency key while its request is under way. Returns nil if the publisher has another request with
    /// this key under way. Call ``end(_:)`` when the request is answered, whatever the outcome.
    public func begin(_ permit: Permit, _ key: IdempotencyKey) throws(MetricsError) -> RepeatableRequest? {
        let request = RepeatableRequest(
            key, by: permit.identity, in: try organization(permit, for: .writeInventory))
        return store.requestsUnderWay.begin(request) ? request : nil
    }

    /// Ends the reservation of an idempotency key.
    public func end(_ request: RepeatableRequest) { store.requestsUnderWay.end(request) }

    /// Applies `{"changes":[…]}`, all changes or none. Returns after COMMIT.
    ///
    /// - Parameters:
    ///   - preconditions: the request's conditions on the whole inventory.
    ///   - request: the reservation of the request's idempotency key; nil if it has none.
    public func change(
        _ permit: Permit, body: [UInt8], if authorization: any WriteAuthorization,
        when preconditions: Preconditions = Preconditions(), as request: RepeatableRequest? = nil
    ) async throws(MetricsError) -> ChangesAnswer {
        try await store.change(
            organization(permit, for: .writeInventory), body: body, if: authorization, when: preconditions, as: request)
    }

    /// Returns one workspace as it was published, or nil if the organization has no workspace with this id.
    public func inventoryWorkspace(_ permit: Permit, id: String) async throws(MetricsError) -> Representation? {
        try await store.inventoryDocument(ofWorkspace: id, of: organization(permit, for: .writeInventory))
    }

    /// Adds a workspace, or replaces the one with this id. The roles of its members must already exist. Returns the
    /// entity tag of the workspace.
    ///
    /// - Parameter preconditions: the request's conditions on the workspace.
    public func putWorkspace(
        _ permit: Permit, id: String, body: [UInt8], if authorization: any WriteAuthorization,
        when preconditions: Preconditions = Preconditions()
    ) async throws(MetricsError) -> Result<String, InventoryRefusal> {
        try await store.putWorkspace(
            id, of: organization(permit, for: .writeInventory), body: body, if: authorization, when: preconditions)
    }

    /// Deletes one workspace. Refused as `notFound` if the organization has no workspace with this id.
    ///
    /// - Parameter preconditions: the request's conditions on the workspace.
    public func deleteWorkspace(
        _ permit: Permit, id: String, if authorization: any WriteAuthorization,
        when preconditions: Preconditions = Preconditions()
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try await store.deleteWorkspace(
            id, of: organization(permit, for: .writeInventory), if: authorization, when: preconditions)
    }

    private func organization(_ permit: Permit, for needed: Permission) throws(MetricsError) -> OrganizationID {
        guard permit.permission == needed else { throw .permit(needed: needed) }
        return permit.organization
    }
}
