/// What a write decided, looking at the rows inside its transaction.
public enum WriteOutcome<Value: Sendable, Refusal: Error>: Sendable {
    /// Keep what was written. `publish` runs on the writer's thread after COMMIT, in the order of the commits and
    /// before the caller is answered; it must be short.
    case commit(Value, publish: (@Sendable () -> Void)? = nil)
    /// Undo what this write did, and only that.
    case refuse(Refusal)
}

/// One write in the writer's queue, whatever it answers.
protocol QueuedWrite: AnyObject, Sendable {
    /// Runs inside a savepoint; answers whether to keep what was done.
    func perform(in transaction: Transaction) throws(DatabaseError) -> Bool
    func publish()
    /// Answers the caller, once.
    func finish(_ fault: DatabaseError?)
}

/// `@unchecked Sendable`: what varies is touched by the writer's thread alone.
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
        case nil: answer(.failure(DatabaseError(.failed, cause: "a write was answered before it ran")))
        }
    }
}
