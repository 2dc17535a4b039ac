public import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import Time

extension MetricsStore {
    private static let slice = Duration.milliseconds(15)
    /// The number of members that are counted between two looks at the clock.
    private static let membersAtOnce = 64

    /// Counts the inventories again whose organizations have new definitions, and completes interrupted recounts.
    ///
    /// Each slice is a short transaction, so that other writes run in between. Call this after the settings changed, and
    /// every few seconds: a change that began before the settings changed may commit after a recount.
    public func recount() async throws(DatabaseError) {
        let settings = settings
        let outdated = try await database.read { transaction throws(DatabaseError) in
            try InventoryState.outdated(transaction) { settings[$0].definitions.storedText }
        }
        for organization in outdated {
            while try await recountSlice(of: organization) {}
        }
    }

    /// Counts some members of an organization again. Returns true if more remain.
    func recountSlice(of organization: OrganizationID) async throws(DatabaseError) -> Bool {
        let (settings, moment) = (settings[organization], now())
        let result: Result<Bool, Never> = try await database.decide { [self] transaction throws(DatabaseError) in
            guard try InventoryState.read(organization, transaction) != nil else { return .commit(false) }
            var editor = try InventoryEditor(organization, by: settings.definitions, at: moment, transaction)
            let deadline = MonotonicTime.now() + MetricsStore.slice
            while editor.state.recounted != nil, MonotonicTime.now() < deadline {
                try editor.recount(atMost: MetricsStore.membersAtOnce)
            }
            let remains = editor.state.recounted != nil
            let change = try editor.finish(under: settings.license, keepingTag: true)
            return .commit(remains, publish: { self.publish(change, for: organization) })
        }
        return result.get()
    }
}
