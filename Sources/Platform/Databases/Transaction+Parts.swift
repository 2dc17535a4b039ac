extension Transaction {
    /// Runs a part of a write that can be undone alone. If the closure returns a refusal, the part's changes are undone
    /// and the write goes on. If it throws, the whole write fails.
    public func part<Value, Refusal: Error>(
        _ body: () throws(DatabaseError) -> Result<Value, Refusal>
    ) throws(DatabaseError) -> Result<Value, Refusal> {
        try connection.enqueue("SAVEPOINT part")
        let result = try body()
        if case .failure = result { try connection.enqueue("ROLLBACK TO part") }
        try connection.enqueue("RELEASE part")
        return result
    }
}
