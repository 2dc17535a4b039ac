public import Audit
internal import Databases
public import Identities

extension MetricsStore {
    /// Replaces an organization's inventory with a document, completely or not at all.
    ///
    /// Memory is bounded by the document's largest element. Other writes run between those of the import.
    ///
    /// - Parameter source: read on the calling task, to its end unless the document is refused earlier.
    func replaceInventory(
        of organization: OrganizationID, from source: inout some InventorySource,
        if authorization: WriteAuthorization = .byOperator, recording record: AuditRecord? = nil
    ) async throws(MetricsFault) -> Result<ImportSummary, InventoryRefusal> {
        let work = InventoryImport(organization, store: self, if: authorization, record: record)
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
            throw MetricsFault(error)
        }
    }

    /// Blocking variant of `replaceInventory`, for command-line use.
    public func replaceInventoryBlocking(
        of organization: OrganizationID, from source: inout some BlockingInventorySource,
        recording record: AuditRecord? = nil
    ) throws(MetricsFault) -> Result<ImportSummary, InventoryRefusal> {
        let work = InventoryImport(organization, store: self, if: .byOperator, record: record)
        do throws(any Error) {
            while true {
                switch work.step {
                case .input:
                    work.take(try source.next())
                case .write:
                    try database.writeBlocking { transaction throws(DatabaseError) in try work.write(transaction) }
                case .prepare:
                    try database.readBlocking { transaction throws(DatabaseError) in try work.prepare(transaction) }
                case .commit:
                    _ = try database.decideBlocking { transaction throws(DatabaseError) in
                        try work.commit(transaction)
                    }
                case .finished(let result):
                    return result
                }
            }
        } catch {
            giveUp(work)
            throw MetricsFault(error)
        }
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

extension MetricsFault {
    init(_ error: any Error) {
        self = (error as? DatabaseError).map { .store($0) } ?? (error as? MetricsFault) ?? .source(error)
    }
}
