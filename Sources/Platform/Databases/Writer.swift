internal import Threads
internal import Time

/// The writer thread. It commits queued writes together, so that many callers share one flush to disk.
final class Writer: Sendable {
    private struct State {
        var queue: [any QueuedWrite] = []
        var isClosed = false
        /// The first connection, until the thread takes it. Nothing else keeps it, so that it is closed once it is lost.
        var first: (any Connection)?
    }

    /// A batch ends after this time even if more writes are queued, because its callers wait for its end.
    private static let longestBatch = Duration.milliseconds(50)
    private static let largestBatch = 256

    private let state: Monitor<State>
    private let engine: any Engine
    private let contact: StoreContact

    init(_ engine: any Engine, contact: StoreContact, first connection: any Connection) {
        state = Monitor(State(first: connection))
        self.engine = engine
        self.contact = contact
    }

    /// Queues a write; fails it at once if the writer is closing.
    func submit(_ write: any QueuedWrite) {
        let isClosed = state.change { state in
            if !state.isClosed { state.queue.append(write) }
            return state.isClosed
        }
        if isClosed { write.finish(DatabaseError(.closed, cause: "the store is closed")) }
    }

    /// Closes the queue; writes already queued are still performed.
    func close() {
        state.change { $0.isClosed = true }
    }

    /// The number of writes that wait.
    var waiting: Int { state.change { $0.queue.count } }

    func run() {
        var connection = state.change { state in
            defer { state.first = nil }
            return state.first
        }
        while true {
            let next = state.wait { state -> [any QueuedWrite]? in
                guard !state.queue.isEmpty || state.isClosed else { return nil }
                return take(from: &state)
            }
            guard let next, !next.isEmpty else { return }
            commit(next, on: &connection)
        }
    }

    private func take(from state: inout State) -> [any QueuedWrite] {
        let taken = Array(state.queue.prefix(Writer.largestBatch))
        state.queue.removeFirst(taken.count)
        return taken
    }

    private func takeAll() -> [any QueuedWrite] {
        state.change { state in
            defer { state.queue = [] }
            return state.queue
        }
    }

    private func putBack(_ writes: ArraySlice<any QueuedWrite>) {
        state.change { $0.queue.insert(contentsOf: writes, at: 0) }
    }

    /// Commits writes. If the connection is lost before COMMIT, they run once more on another one.
    private func commit(_ writes: [any QueuedWrite], on connection: inout (any Connection)?) {
        var isAgain = false
        let end = MonotonicTime.now() + Database.patience
        while true {
            // If no transaction begins, every write of the batch fails.
            var performed = writes.count
            do throws(DatabaseError) {
                let open = if let connection { connection } else { try engine.connect(for: .writing) }
                connection = open
                open.limitWaits(until: end)
                let batch = try commit(writes, on: open, performed: &performed)
                contact.publish(batch.version, committedAfter: batch.committing) {
                    for write in batch.kept { write.publish() }
                }
                for write in writes.prefix(performed) { write.finish(batch.failed[ObjectIdentifier(write)]) }
            } catch {
                connection?.rollBack()
                if let open = connection, !open.isUsable {
                    connection = nil
                    if !isAgain, error.allowsAnotherConnection {
                        isAgain = true
                        engine.awaitReconnection()
                        continue
                    }
                }
                // The other writes have waited for the same server.
                let isSilent = error.reason == .unreachable
                for write in isSilent ? writes + takeAll() : Array(writes.prefix(performed)) { write.finish(error) }
                if isSilent { return }
            }
            putBack(writes.dropFirst(performed))
            return
        }
    }

    private struct Batch {
        var kept: [any QueuedWrite] = []
        var failed: [ObjectIdentifier: DatabaseError] = [:]
        var changes: Set<StoreChange> = []
        var version: StoreVersion?
        var committing = MonotonicTime.now()
    }

    /// - Parameter performed: the number of writes that ran, in the order of the queue.
    private func commit(
        _ writes: [any QueuedWrite], on connection: any Connection, performed: inout Int
    ) throws(DatabaseError) -> Batch {
        var batch = Batch()
        try connection.beginWriting(isPatient: false)
        performed = 0
        let deadline = MonotonicTime.now() + Writer.longestBatch
        for write in writes where performed == 0 || MonotonicTime.now() < deadline {
            performed += 1
            do throws(DatabaseError) {
                if try perform(write, on: connection, &batch.changes) { batch.kept.append(write) }
            } catch {
                // Some errors, a full disk for example, undo the whole transaction and not only the savepoint.
                guard connection.isInTransaction else { throw error }
                batch.failed[ObjectIdentifier(write)] = error
            }
        }
        if !batch.kept.isEmpty { batch.version = try connection.nextVersion(with: batch.changes) }
        batch.committing = .now()
        try connection.commit(isNotifying: batch.version != nil)
        return batch
    }

    /// Performs a write in a savepoint, so that a refused or failed write is undone alone.
    private func perform(
        _ write: any QueuedWrite, on connection: any Connection, _ changes: inout Set<StoreChange>
    ) throws(DatabaseError) -> Bool {
        try connection.enqueue("SAVEPOINT write")
        do throws(DatabaseError) {
            let transaction = Transaction(on: connection)
            let isKept = try write.perform(in: transaction)
            guard connection.isInTransaction else {
                throw DatabaseError(.failed, cause: "a write ended the transaction that it was part of")
            }
            if !isKept { try connection.enqueue("ROLLBACK TO write") }
            try connection.enqueue("RELEASE write")
            if isKept { changes.formUnion(transaction.changes) }
            return isKept
        } catch {
            guard connection.isInTransaction else { throw error }
            do throws(DatabaseError) {
                try connection.enqueue("ROLLBACK TO write")
                try connection.enqueue("RELEASE write")
            } catch {
                connection.rollBack()
            }
            throw error
        }
    }
}

extension Connection {
    /// Increments the store version, which followers poll, and records what was changed. Every transaction that writes
    /// does so.
    func nextVersion(with changes: Set<StoreChange>) throws(DatabaseError) -> StoreVersion {
        let mark = String(UInt64.random(in: 0 ... .max), radix: 36)
        let version = try Transaction(on: self).first(
            "UPDATE store_version SET version = version + 1 RETURNING version"
        ) { row throws(DatabaseError) in StoreVersion(number: row.integer(0), mark: mark) }
        guard let version else { throw DatabaseError(.corrupt, cause: "store_version has no row") }
        try ChangeTable.record(changes, in: version, on: self)
        return version
    }
}
