internal import Databases
public import Identities
public import Inventory
internal import Threads

extension MetricsStore {
    /// Applies changes in one transaction, all or none.
    ///
    /// - Parameter paths: the JSON Pointer of each change in the request's document, one per change.
    func apply(
        _ changes: [InventoryChange], at paths: [String], to organization: OrganizationID,
        if authorization: WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let (settings, moment) = (settings[organization], now())
        return try await decide(if: authorization) { [self] transaction throws(DatabaseError) in
            var editor = try InventoryEditor(organization, by: settings.definitions, at: moment, transaction)
            for (change, path) in zip(changes, paths) where !editor.faults.isFull {
                try editor.apply(change, at: path)
            }
            let change = try editor.finish(under: settings.license)
            guard editor.faults.isEmpty else { return .refuse(.content(editor.faults.faults)) }
            return .commit((), publish: { self.publish(change, for: organization) })
        }
    }

    /// Deletes a workspace. Refused as `notFound` if it does not exist.
    func deleteWorkspace(
        _ id: String, of organization: OrganizationID, if authorization: WriteAuthorization = .byOperator
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let (settings, moment) = (settings[organization], now())
        return try await decide(if: authorization) { [self] transaction throws(DatabaseError) in
            guard let state = try InventoryState.read(organization, transaction),
                try InventoryRows(transaction: transaction, generation: state.generation).number(ofWorkspace: id) != nil
            else { return .refuse(.notFound) }
            var editor = try InventoryEditor(organization, by: settings.definitions, at: moment, transaction)
            try editor.apply(.deleteWorkspace(id: id), at: "")
            let change = try editor.finish(under: settings.license)
            return .commit((), publish: { self.publish(change, for: organization) })
        }
    }

    /// Returns a workspace in the publishers' format, or nil if it does not exist.
    func inventoryWorkspace(
        _ id: String, of organization: OrganizationID
    ) async throws(MetricsError) -> (workspace: Workspace, tag: Int)? {
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                guard let state = try InventoryState.read(organization, transaction) else { return nil }
                let rows = InventoryRows(transaction: transaction, generation: state.generation)
                guard let number = try rows.number(ofWorkspace: id), let found = try rows.workspace(number: number)
                else { return nil }
                return (found.workspace, state.tag)
            }
        } catch {
            throw .store(error)
        }
    }

    /// Applies `{"changes":[…]}`, all changes or none, and blocks the calling thread until it is done. For commands and
    /// start-up.
    public func changeBlocking(
        _ organization: OrganizationID, body: [UInt8]
    ) throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try BackgroundExecutor.wait { () async throws(MetricsError) -> Result<Void, InventoryRefusal> in
            try await self.change(organization, body: body)
        }
    }

    private func decide(
        if authorization: WriteAuthorization,
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> WriteOutcome<Void, InventoryRefusal>
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        do throws(DatabaseError) {
            return try await database.decide { transaction throws(DatabaseError) in
                if let refusal = try authorization.refusal(transaction) { return .refuse(refusal) }
                return try body(transaction)
            }
        } catch {
            throw .store(error)
        }
    }

    /// Publishes a change. Runs on the writer's thread, in the order of the commits.
    func publish(_ change: SnapshotChange, for organization: OrganizationID) {
        let current = snapshot(of: organization)
        guard current.version == change.state.version - 1, change.state.day >= current.recent.today,
            current.version == 0 || current.generation == change.state.generation
        else {
            // Another process wrote in between, or the clock jumped back and the history of some days has moved. If the refresh fails, the follower applies the change later.
            try? refresh()
            return
        }
        publish(current.applying(change), for: organization)
    }
}
