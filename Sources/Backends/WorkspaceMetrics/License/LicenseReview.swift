internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import Synchronization
internal import Text

/// Compares all organizations with their licenses, in short write transactions. This happens at the start and after a
/// reload, because a changed license may be crossed without a change of the figures.
final class LicenseReview: Sendable {
    private static let organizations = 100

    private let store: MetricsStore
    private let last = Mutex<OrganizationID?>(nil)

    init(_ store: MetricsStore) { self.store = store }

    /// Continues with the next organizations. Returns false after the last one.
    func slice(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        let (settings, moment) = (store.settings, store.now())
        let organizations = try InventoryState.organizations(
            after: last.withLock { $0 }, limit: LicenseReview.organizations, transaction)
        for organization in organizations {
            // The end of a recount compares its figures itself.
            guard let state = try InventoryState.read(organization, transaction), state.recounted == nil,
                state.definitions.isExactly(settings[organization].definitions.storedText)
            else { continue }
            try LicenseCrossing(organization, under: settings[organization].license, at: moment, transaction)
                .check(state.figures)
        }
        guard let end = organizations.last, organizations.count == LicenseReview.organizations else { return false }
        last.withLock { $0 = end }
        return true
    }
}

extension MetricsStore {
    /// Reports organizations that cross a threshold of their license under the settings in force. Works in the
    /// background; call it at the start of the gateway and after a reload.
    public func reviewLicenses() {
        let review = LicenseReview(self)
        database.writeInSlices { transaction throws(DatabaseError) in try review.slice(transaction) }
    }
}
