internal import Audit
internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import Synchronization

/// The import of one document, as a state machine that returns its next step. Drivers may be blocking or asynchronous.
///
/// Steps run on several threads, one after the other, so the lock is always free.
final class InventoryImport: Sendable {
    enum Step: Sendable {
        /// Pass the document's next bytes, or its end, to ``InventoryImport/take(_:)``.
        case input
        /// Run ``InventoryImport/write(_:)`` in a write transaction.
        case write
        /// Run ``InventoryImport/prepare(_:)`` in a read transaction.
        case prepare
        /// Run ``InventoryImport/commit(_:)`` in a write transaction.
        case commit
        case finished(Result<ImportSummary, InventoryRefusal>)
    }

    private let organization: OrganizationID
    private let store: MetricsStore
    private let state: Mutex<ImportState>

    /// - Parameters:
    ///   - terms: a check in every transaction. Nothing more is staged after the publisher has lost the permission, or
    ///     after another publisher has written what the request's conditions exclude.
    ///   - record: the event to append to the audit log in the transaction that completes the import.
    init(
        on terms: WriteTerms, store: MetricsStore, record: AuditRecord? = nil,
        elementLimit: Int = InventoryLimits.element
    ) {
        organization = terms.organization
        self.store = store
        state = Mutex(ImportState(on: terms, store: store, record: record, elementLimit: elementLimit))
    }

    var step: Step { state.withLock { $0.step } }

    /// Reads the next bytes, nil at the end. This step computes and does not use the database.
    func take(_ chunk: [UInt8]?) { state.withLock { $0.take(chunk) } }

    /// Stages or counts rows, or retires the rows of a refused import.
    func write(_ transaction: Transaction) throws(DatabaseError) {
        try state.withLock { state throws(DatabaseError) in try state.write(transaction) }
    }

    /// Reads what the final transaction needs, so that it stays short.
    func prepare(_ transaction: Transaction) throws(DatabaseError) {
        try state.withLock { state throws(DatabaseError) in try state.prepare(transaction) }
    }

    /// Makes the document the organization's inventory; publishes it after COMMIT.
    func commit(_ transaction: Transaction) throws(DatabaseError) -> WriteOutcome<Void, InventoryRefusal> {
        switch try state.withLock({ state throws(DatabaseError) in try state.commit(transaction) }) {
        case .failure(let refusal): return .refuse(refusal)
        case .success((let version, let snapshot)):
            return .commit(
                (),
                publish: { [self] in
                    store.publish(snapshot, version: version, for: organization)
                    self.state.withLock { $0.finish() }
                })
        }
    }

    /// The generation to retire if the import is abandoned; nil if none was begun.
    var abandonedGeneration: Int? { state.withLock { $0.abandonedGeneration } }
}

/// The numbers of objects in an imported inventory.
public struct ImportSummary: Sendable, Hashable {
    public var workspaces = 0
    public var workflows = 0
    public var members = 0
    public var runners = 0
    public var roles = 0
    /// The entity tag of the inventory, without quotation marks.
    public internal(set) var entityTag = ""
}
