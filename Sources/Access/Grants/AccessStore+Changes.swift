internal import ClaimMapping
public import Databases
public import Identities
public import Policy
internal import Snapshots
internal import Text
public import Time

/// The outcome of a change of access, inside its transaction.
public enum ChangeOutcome<Value: Sendable>: Sendable {
    /// The change is committed. `publish` runs after COMMIT, as in ``Databases/WriteOutcome``.
    case kept(Value, [AccessChange] = [], publish: (@Sendable () -> Void)? = nil)
    case refused(AccessRefusal)
    /// The state that the change was prepared for is outdated. The change is rolled back, and must be prepared again.
    case outdated
}

/// The reason why a change was rolled back.
private enum ChangeRefusal: Error {
    case refused(AccessRefusal)
    case outdated
}

extension AccessStore {
    /// Runs one transaction. A refused change is rolled back; a committed one is published before the call returns.
    public func change<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        try await attempt(body) ?? .failure(.changedMeanwhile)
    }

    /// Runs one transaction of a prepared change. Returns nil if the change must be prepared again.
    func attempt<Value: Sendable>(
        _ body: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal>? {
        let moment = now()
        let result: Result<Value, ChangeRefusal> = try await database.decide {
            [self] transaction throws(DatabaseError) in
            switch try body(moment, transaction) {
            case .refused(let refusal): return .refuse(.refused(refusal))
            case .outdated: return .refuse(.outdated)
            case .kept(let value, let changes, let publish):
                guard !changes.isEmpty else { return .commit(value, publish: publish) }
                for change in changes { transaction.note(StoreChange(change)) }
                return .commit(
                    value,
                    publish: {
                        self.publish(changes)
                        publish?()
                    })
            }
        }
        switch result {
        case .success(let value): return .success(value)
        case .failure(.refused(let refusal)): return .failure(refusal)
        case .failure(.outdated): return nil
        }
    }

    /// Runs one transaction on behalf of an actor. Refused if the actor no longer has the permission.
    public func change<Value: Sendable>(
        by actor: AccessActor, in organization: OrganizationID,
        _ body:
            @escaping @Sendable (ActorRole, Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        try await attempt(by: actor, in: organization, body) ?? .failure(.changedMeanwhile)
    }

    /// Runs one transaction of a prepared change on behalf of an actor. Returns nil if it must be prepared again.
    func attempt<Value: Sendable>(
        by actor: AccessActor, in organization: OrganizationID,
        _ body:
            @escaping @Sendable (ActorRole, Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal>? {
        let store = self
        return try await attempt { moment, transaction throws(DatabaseError) in
            let current = try store.currentRules(of: organization, transaction)
            switch try actor.check(in: organization, under: current, at: moment, transaction) {
            case .failure(let refusal): return .refused(refusal)
            case .success(let own): return try body(own, moment, transaction)
            }
        }
    }

    /// Makes a change that may leave an organization without a manager.
    ///
    /// The change is prepared outside of the transaction, because opening claims takes long. Every further attempt
    /// follows a change since the preparation. The last attempt prepares the change in its transaction, where no state
    /// can change: a busy organization costs time, but is never refused.
    ///
    /// - Parameters:
    ///   - prepare: makes the input of one attempt.
    ///   - attempt: runs the transaction. It prepares the change itself if it gets nil. It returns nil if the change
    ///     must be prepared again.
    func keepingManager<Prepared, Value: Sendable>(
        preparing prepare: () async throws(DatabaseError) -> Prepared?,
        _ attempt: (Prepared?) async throws(DatabaseError) -> Result<Value, AccessRefusal>?
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        for _ in 0..<5 {
            if let result = try await attempt(try await prepare()) { return result }
        }
        if let result = try await attempt(nil) { return result }
        throw DatabaseError(.failed, cause: "a change was outdated in the transaction that prepared it")
    }

    /// Returns the reason why an actor may no longer make a change, or nil if it may. For transactions that write to
    /// other tables of the store.
    public func refusal(
        of actor: AccessActor, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> AccessRefusal? {
        switch try actor.check(
            in: organization, under: currentRules(of: organization, transaction), at: now(), transaction)
        {
        case .failure(let refusal): return refusal
        case .success: return nil
        }
    }

    /// The rules in force as far as this process knows.
    func currentRules(of organization: OrganizationID) -> CurrentRules {
        CurrentRules(
            settings: settings.read().value, stored: snapshots.read().value.mappings(of: organization))
    }

    /// The rules in force inside a transaction.
    ///
    /// Every change of this process that was reported as committed is published, and one in the current batch of writes
    /// counts as simultaneous. If another process has changed the rules, they are read.
    func currentRules(
        of organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> CurrentRules {
        let unseen = try database.unseenKeys(of: StoreChange.mapping, transaction)
        if unseen?.contains(ExactText(organization.text)) == false { return currentRules(of: organization) }
        return CurrentRules(
            settings: settings.read().value,
            stored: PreparedRules(try AccessStore.mappings(of: organization, transaction)))
    }
}
