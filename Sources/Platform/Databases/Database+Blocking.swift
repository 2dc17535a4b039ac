internal import Threads

/// Blocking variants for command-line use and start-up. They must not be called on a reactor, in a task, or inside a
/// closure that the database runs.
extension Database {
    /// Blocking variant of ``decide(_:)``.
    public func decideBlocking<Value: Sendable, Refusal: Error>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> WriteOutcome<Value, Refusal>
    ) throws(DatabaseError) -> Result<Value, Refusal> {
        let answer = Monitor<Write<Value, Refusal>.Answer?>(nil)
        submitWrite(body) { result in answer.change { $0 = result } }
        return try Database.wait(for: answer)
    }

    /// Blocking variant of ``write(_:)``.
    public func writeBlocking<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        let result: Result<Value, Never> = try decideBlocking { transaction throws(DatabaseError) in
            .commit(try body(transaction))
        }
        return result.get()
    }

    /// Blocking variant of ``read(_:)``.
    public func readBlocking<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        if let takeUp = TakeUp.current, takeUp.contact === contact { return try takeUp.connection.read(body) }
        let answer = Monitor<Result<Value, DatabaseError>?>(nil)
        submitRead(body) { result in answer.change { $0 = result } }
        return try Database.wait(for: answer)
    }

    private static func wait<Value>(
        for answer: Monitor<Result<Value, DatabaseError>?>
    ) throws(DatabaseError) -> Value {
        guard let result = answer.wait(for: { $0 }) else {
            throw DatabaseError(.failed, cause: "a wait without a deadline timed out")
        }
        return try result.get()
    }
}
