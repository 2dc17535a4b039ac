public import Audit
internal import Databases
internal import HTTPMessage
public import Identities
public import Inventory
internal import InventoryStore
internal import Threads

extension MetricsStore {
    /// Replaces an organization's inventory with a document, completely or not at all.
    ///
    /// Memory is bounded by the document's largest element. Other writes run between those of the import.
    ///
    /// - Parameter source: read on the calling task, to its end unless the document is refused earlier.
    func replaceInventory(
        of organization: OrganizationID, from source: inout some InventorySource,
        if authorization: any WriteAuthorization = OperatorAuthorization(),
        when preconditions: Preconditions = Preconditions(), recording record: AuditRecord? = nil
    ) async throws(MetricsError) -> Result<ImportSummary, InventoryRefusal> {
        let terms = WriteTerms(organization, if: authorization, when: preconditions)
        let work = InventoryImport(on: terms, store: self, record: record)
        defer { sweepInBackground() }
        do throws(any Error) {
            while true {
                switch work.step {
                case .input:
                    let chunk = try await source.next()
                    try await database.compute { work.take(chunk) }
                case .write:
                    try await database.write { transaction throws(DatabaseError) in try work.write(transaction) }
                case .prepare:
                    try await database.read { transaction throws(DatabaseError) in try work.prepare(transaction) }
                case .commit:
                    _ = try await database.decide { transaction throws(DatabaseError) in try work.commit(transaction) }
                case .finished(let result):
                    return result
                }
            }
        } catch {
            giveUp(work)
            throw MetricsError(error)
        }
    }

    /// Removes everything from an organization's inventory. Returns the entity tag of the empty inventory.
    func deleteInventory(
        of organization: OrganizationID, if authorization: any WriteAuthorization,
        when preconditions: Preconditions, recording record: AuditRecord? = nil
    ) async throws(MetricsError) -> Result<String, InventoryRefusal> {
        var nothing = InventoryBytes(Array(#"{"roles":[],"workspaces":[]}"#.utf8))
        return try await replaceInventory(
            of: organization, from: &nothing, if: authorization, when: preconditions, recording: record
        ).map(\.entityTag)
    }

    /// Replaces an organization's inventory, and blocks the calling thread until it is done. For commands and start-up.
    ///
    /// - Parameter source: read on the background executor, to its end unless the document is refused before.
    public func replaceInventoryBlocking<Source: BlockingInventorySource>(
        of organization: OrganizationID, from source: inout Source, recording record: AuditRecord? = nil
    ) throws(MetricsError) -> Result<ImportSummary, InventoryRefusal> {
        let begun = source
        let (result, read) = try BackgroundExecutor.wait {
            () async throws(MetricsError) -> (Result<ImportSummary, InventoryRefusal>, Source) in
            var document = BlockingDocument(source: begun)
            let result = try await self.replaceInventory(of: organization, from: &document, recording: record)
            return (result, document.source)
        }
        source = read
        return result
    }

    /// A source whose reads block the thread that performs the import.
    private struct BlockingDocument<Source: BlockingInventorySource>: InventorySource {
        var source: Source

        mutating func next() throws -> [UInt8]? { try source.next() }
    }

    /// Retires an import's rows. If they cannot be marked now, they are swept after the lease expires.
    private func giveUp(_ work: InventoryImport) {
        guard let generation = work.abandonedGeneration else { return }
        database.writeInSlices { transaction throws(DatabaseError) in
            try Generations.retireUnlessCurrent(generation, transaction)
            return false
        }
    }
}

extension MetricsError {
    init(_ error: any Error) {
        self = (error as? DatabaseError).map { .store($0) } ?? (error as? MetricsError) ?? .source(error)
    }
}
