/// The decision of a write, made inside its transaction.
public enum WriteOutcome<Value: Sendable, Refusal: Error>: Sendable {
    /// Keeps the changes. `publish` runs on the writer's thread after COMMIT, in commit order and before the caller
    /// gets its result; it must be short.
    case commit(Value, publish: (@Sendable () -> Void)? = nil)
    /// Undoes the changes of this write only.
    case refuse(Refusal)
}

/// A write in the writer's queue, without its result type.
protocol QueuedWrite: AnyObject, Sendable {
    /// Runs inside a savepoint; returns true if the changes are to be kept.
    func perform(in transaction: Transaction) throws(DatabaseError) -> Bool
    func publish()
    /// Gives the caller its result, once.
    func finish(_ fault: DatabaseError?)
}

/// `@unchecked Sendable`: only the writer's thread touches the mutable state.
final class Write<Value: Sendable, Refusal: Error>: QueuedWrite, @unchecked Sendable {
    typealias Body = @Sendable (Transaction) throws(DatabaseError) -> WriteOutcome<Value, Refusal>
    typealias Answer = Result<Result<Value, Refusal>, DatabaseError>

    private let body: Body
    private let answer: @Sendable (Answer) -> Void
    private var outcome: WriteOutcome<Value, Refusal>?

    init(_ body: @escaping Body, answer: @escaping @Sendable (Answer) -> Void) {
        self.body = body
        self.answer = answer
    }

    func perform(in transaction: Transaction) throws(DatabaseError) -> Bool {
        let outcome = try body(transaction)
        self.outcome = outcome
        if case .commit = outcome { return true }
        return false
    }

    func publish() {
        if case .commit(_, let publish?) = outcome { publish() }
    }

    func finish(_ fault: DatabaseError?) {
        switch outcome {
        case _ where fault != nil: answer(.failure(fault ?? DatabaseError(.failed, cause: "")))
        case .commit(let value, _): answer(.success(.success(value)))
        case .refuse(let refusal): answer(.success(.failure(refusal)))
        case nil: answer(.failure(DatabaseError(.failed, cause: "a write was completed before it ran")))
        }
    }
}
