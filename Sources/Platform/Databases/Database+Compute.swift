extension Database {
    /// Runs what takes long and needs no row on one of the threads that read, so that the caller's stays free.
    public func compute<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(DatabaseError) -> Value {
        try await withCheckedContinuation { continuation in
            submitComputation { continuation.resume(returning: $0.map { body() }) }
        }.get()
    }
}
