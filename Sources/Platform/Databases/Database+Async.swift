extension Database {
    /// Writes, and may refuse: see ``WriteOutcome``. Answers after COMMIT. A task that is cancelled meanwhile gets
    /// its answer all the same.
    public func decide<Value: Sendable, Refusal: Error>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> WriteOutcome<Value, Refusal>
    ) async throws(DatabaseError) -> Result<Value, Refusal> {
        try await withCheckedContinuation { continuation in
            submitWrite(body) { continuation.resume(returning: $0) }
        }.get()
    }

    /// Writes; answers after COMMIT.
    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value
    ) async throws(DatabaseError) -> Value {
        let result: Result<Value, Never> = try await decide { transaction throws(DatabaseError) in
            .commit(try body(transaction))
        }
        return result.get()
    }

    /// Reads one state of the store: what is committed meanwhile stays unseen.
    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value
    ) async throws(DatabaseError) -> Value {
        try await withCheckedContinuation { continuation in
            submitRead(body) { continuation.resume(returning: $0) }
        }.get()
    }
}
