extension Database {
    /// Runs a long computation that needs no row on a reader thread, so that the caller's thread stays free.
    public func compute<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(DatabaseError) -> Value {
        try await withCheckedContinuation { continuation in
            readers.submit { connection, _ in
                continuation.resume(returning: connection.map { _ in body() })
                return true
            }
        }.get()
    }
}
