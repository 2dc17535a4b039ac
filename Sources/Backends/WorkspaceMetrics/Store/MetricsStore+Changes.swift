internal import Databases
internal import Identities
internal import Inventory

extension MetricsStore {
    /// Applies changes in one transaction, all or none.
    ///
    /// - Parameter paths: the JSON Pointer of each change in the request's document, one per change.
    func apply(
        _ changes: [InventoryChange], at paths: [String], to organization: OrganizationID,
        if authorization: any WriteAuthorization
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let now = nowInSeconds
        return try await decide(if: authorization) { [self] transaction throws(DatabaseError) in
            var editor = try InventoryEditor(organization, now: now, transaction)
            for (change, path) in zip(changes, paths) where !editor.faults.isFull {
                try editor.apply(change, at: path)
            }
            let change = try editor.finish()
            guard editor.faults.isEmpty else { return .refuse(.content(editor.faults.faults)) }
            return .commit((), publish: { self.publish(change, for: organization) })
        }
    }

    /// Deletes a workspace. Refused as `notFound` if it does not exist.
    func deleteWorkspace(
        _ id: String, of organization: OrganizationID,
        if authorization: any WriteAuthorization = OperatorAuthorization()
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let now = nowInSeconds
        return try await decide(if: authorization) { [self] transaction throws(DatabaseError) in
            guard let state = try InventoryState.read(organization, transaction),
                try InventoryRows(transaction: transaction, generation: state.generation).number(ofWorkspace: id) != nil
            else { return .refuse(.notFound) }
            var editor = try InventoryEditor(organization, now: now, transaction)
            try editor.apply(.deleteWorkspace(id: id), at: "")
            let change = try editor.finish()
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

    private func decide(
        if authorization: any WriteAuthorization,
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
    private func publish(_ change: SnapshotChange, for organization: OrganizationID) {
        if let whole = change.whole {
            publish(whole, for: organization)
            return
        }
        let current = snapshot(of: organization)
        guard current.version == change.state.version - 1,
            current.version == 0 || current.generation == change.state.generation
        else {
            // Another process wrote in between. If the refresh fails, the follower applies the change later.
            try? refresh()
            return
        }
        publish(
            current.applying(change.changed, removed: change.removed, state: change.state), for: organization)
    }
}
