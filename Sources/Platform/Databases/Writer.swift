internal import Threads
internal import Time

/// The writer thread. It commits queued writes together, so that many callers share one flush to disk.
final class Writer: Sendable {
    private struct State {
        var queue: [any QueuedWrite] = []
        var isClosed = false
    }

    /// A batch ends after this time even if more writes are queued, because its callers wait for its end.
    private static let longestBatch = Duration.milliseconds(50)
    private static let largestBatch = 256

    private let state: Monitor<State>
    private let connection: Connection
    private let contact: StoreContact

    init(connection: Connection, contact: StoreContact) {
        state = Monitor(State())
        self.connection = connection
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

    func run() {
        while true {
            let next = state.wait { state -> [any QueuedWrite]? in
                guard !state.queue.isEmpty || state.isClosed else { return nil }
                return take(from: &state)
            }
            guard let next, !next.isEmpty else { return }
            commit(next)
        }
    }

    private func take(from state: inout State) -> [any QueuedWrite] {
        let taken = Array(state.queue.prefix(Writer.largestBatch))
        state.queue.removeFirst(taken.count)
        return taken
    }

    private func putBack(_ writes: ArraySlice<any QueuedWrite>) {
        state.change { $0.queue.insert(contentsOf: writes, at: 0) }
    }

    private func commit(_ writes: [any QueuedWrite]) {
        // If BEGIN fails, every write of the batch fails.
        var performed = writes.count
        var failed: [ObjectIdentifier: DatabaseError] = [:]
        var kept: [any QueuedWrite] = []
        do throws(DatabaseError) {
            try connection.execute("BEGIN IMMEDIATE")
            performed = 0
            let deadline = MonotonicTime.now() + Writer.longestBatch
            for write in writes where performed == 0 || MonotonicTime.now() < deadline {
                performed += 1
                do throws(DatabaseError) {
                    if try perform(write) { kept.append(write) }
                } catch {
                    // Some errors, a full disk for example, undo the whole transaction and not only the savepoint.
                    guard connection.isInTransaction else { throw error }
                    failed[ObjectIdentifier(write)] = error
                }
            }
            let version = try kept.isEmpty ? nil : nextVersion()
            try connection.execute("COMMIT")
            contact.wrote(version)
        } catch {
            connection.rollBack()
            for write in writes.prefix(performed) { write.finish(error) }
            putBack(writes.dropFirst(performed))
            return
        }
        for write in kept { write.publish() }
        for write in writes.prefix(performed) { write.finish(failed[ObjectIdentifier(write)]) }
        putBack(writes.dropFirst(performed))
    }

    /// Performs a write in a savepoint, so that a refused or failed write is undone alone.
    private func perform(_ write: any QueuedWrite) throws(DatabaseError) -> Bool {
        try connection.execute("SAVEPOINT write")
        do throws(DatabaseError) {
            let isKept = try write.perform(in: Transaction(on: connection))
            guard connection.isInTransaction else {
                throw DatabaseError(.failed, cause: "a write ended the transaction that it was part of")
            }
            if !isKept { try connection.execute("ROLLBACK TO write") }
            try connection.execute("RELEASE write")
            return isKept
        } catch {
            guard connection.isInTransaction else { throw error }
            do throws(DatabaseError) {
                try connection.execute("ROLLBACK TO write")
                try connection.execute("RELEASE write")
            } catch {
                connection.rollBack()
            }
            throw error
        }
    }

    /// Increments the store version, which followers poll. Every transaction that writes does so.
    private func nextVersion() throws(DatabaseError) -> Int {
        let transaction = Transaction(on: connection)
        let version = try transaction.first("UPDATE store_version SET version = version + 1 RETURNING version") {
            row throws(DatabaseError) in row.integer(0)
        }
        guard let version else { throw DatabaseError(.corrupt, cause: "store_version has no row") }
        return version
    }
}
