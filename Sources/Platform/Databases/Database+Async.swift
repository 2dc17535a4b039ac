extension Database {
    /// Writes to the store; the closure may refuse: see ``WriteOutcome``. Returns after COMMIT. A task that is
    /// cancelled while it waits still gets its result.
    public func decide<Value: Sendable, Refusal: Error>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> WriteOutcome<Value, Refusal>
    ) async throws(DatabaseError) -> Result<Value, Refusal> {
        try await withCheckedContinuation { continuation in
            submitWrite(body) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Writes to the store; returns after COMMIT.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value
    ) async throws(DatabaseError) -> Value {
        let result: Result<Value, Never> = try await decide { transaction throws(DatabaseError) in
            .commit(try body(transaction))
        }
        return result.get()
    }

    /// Reads one consistent state of the store; later commits are not visible to the closure.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value
    ) async throws(DatabaseError) -> Value {
        try await withCheckedContinuation { continuation in
            submitRead(body) { continuation.resume(returning: $0) }
        }.get()
    }
}
