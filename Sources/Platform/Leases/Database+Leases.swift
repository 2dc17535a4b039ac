public import Databases
internal import Text

extension Database {
    /// Claims work that one process at a time must do, or extends the claim: see ``Transaction/claim(_:by:for:)``. In a
    /// store that is not shared, nothing is claimed, and the work is this process's.
    ///
    /// - Returns: false if another process holds the work.
    public func claim(_ name: String, for seconds: Int) async throws(DatabaseError) -> Bool {
        guard isShared else { return true }
        let holder = holder
        // Most claims find the work taken, and need no write transaction.
        let isTaken = try await read { transaction throws(DatabaseError) in
            try transaction.holder(of: name).map { !$0.isExactly(holder) } ?? false
        }
        if isTaken { return false }
        let result: Result<Void, TakenError> = try await decide { transaction throws(DatabaseError) in
            try transaction.claim(name, by: holder, for: seconds) ? .commit(()) : .refuse(TakenError())
        }
        return (try? result.get()) != nil
    }

    /// Ends a claim of this process.
    public func release(_ name: String) async throws(DatabaseError) {
        guard isShared else { return }
        let holder = holder
        try await write { transaction throws(DatabaseError) in try transaction.release(name, by: holder) }
    }
}

private struct TakenError: Error {}
