internal import Cryptography
internal import Databases
internal import HTTPMessage
public import Identities
public import Inventory
internal import InventoryStore
internal import JSON
internal import MetricsSnapshots
internal import Threads

/// The answer to a list of changes.
public struct ChangesAnswer: Sendable {
    /// The entity tag of the inventory after the changes, or the reason why nothing was changed.
    public let result: Result<String, InventoryRefusal>
    /// True if this is the answer to an earlier request with the same key.
    public let isReplayed: Bool

    init(_ result: Result<String, InventoryRefusal>, isReplayed: Bool = false) {
        self.result = result
        self.isReplayed = isReplayed
    }
}

extension MetricsStore {
    /// Applies `{"changes":[…]}` in one transaction, all changes or none.
    ///
    /// The order of the decisions: the publisher's authority, an answer that is kept, the request's conditions on the
    /// whole inventory, the content. An answer is kept in the transaction of the changes.
    ///
    /// - Parameter request: the request if it may be repeated; nil if each repetition is another request.
    func change(
        _ organization: OrganizationID, body: [UInt8],
        if authorization: any WriteAuthorization = OperatorAuthorization(),
        when preconditions: Preconditions = Preconditions(), as request: RepeatableRequest? = nil
    ) async throws(MetricsError) -> ChangesAnswer {
        let terms = WriteTerms(organization, if: authorization, when: preconditions)
        let parsed = try await computing { () throws(InventoryRefusal) in try InventoryChange.list(parsing: body) }
        let edit = edit(
            organization, parsed.map { changes in (changes, changes.indices.map { "/changes/\($0)" }) })
        guard let request else {
            return ChangesAnswer(
                try await make(edit, on: terms) { _, change in RepresentationTag.inventory(change.state) })
        }
        let digest = try await digest(of: body)
        let result: Result<ChangesAnswer, UnchangedError> = try await decide { transaction throws(DatabaseError) in
            if let refusal = try terms.authorization.refusal(transaction) { return .refuse(.refused(refusal)) }
            if let kept = try KeptAnswers.find(request, at: edit.moment, transaction) {
                guard kept.digest == digest else { return .refuse(.refused(.keyReused)) }
                return .refuse(.replayed(kept.answer))
            }
            let result: Result<CommittedChange, InventoryRefusal> = try transaction.part {
                () throws(DatabaseError) in
                if let refusal = try terms.unmetCondition(transaction) { return .failure(refusal) }
                return try edit.apply(transaction)
            }
            switch result {
            case .success(let change):
                let tag = RepresentationTag.inventory(change.state)
                try KeptAnswers.keep(.made(tag: tag), of: request, digest: digest, at: edit.moment, transaction)
                return .commit(ChangesAnswer(.success(tag)), publish: { self.publish(change, for: organization) })
            case .failure(let refusal):
                guard let answer = KeptAnswer(refusal) else { return .refuse(.refused(refusal)) }
                try KeptAnswers.keep(answer, of: request, digest: digest, at: edit.moment, transaction)
                return .commit(ChangesAnswer(.failure(refusal)))
            }
        }
        switch result {
        case .success(let answer): return answer
        case .failure(.refused(let refusal)): return ChangesAnswer(.failure(refusal))
        case .failure(.replayed(let answer)): return ChangesAnswer(answer.result, isReplayed: true)
        }
    }

    /// Applies `{"changes":[…]}`, all changes or none, and blocks the calling thread until it is done. For commands and
    /// start-up.
    public func changeBlocking(
        _ organization: OrganizationID, body: [UInt8]
    ) throws(MetricsError) -> Result<Void, InventoryRefusal> {
        try BackgroundExecutor.wait { () async throws(MetricsError) -> Result<Void, InventoryRefusal> in
            try await self.change(organization, body: body).result.map { _ in }
        }
    }

    /// Parses a workspace, and adds it or replaces the one with this id. Returns the workspace's entity tag.
    func putWorkspace(
        _ id: String, of organization: OrganizationID, body: [UInt8],
        if authorization: any WriteAuthorization = OperatorAuthorization(),
        when preconditions: Preconditions = Preconditions()
    ) async throws(MetricsError) -> Result<String, InventoryRefusal> {
        let parsed = try await computing { () throws(InventoryRefusal) in
            try InventoryChange.workspace(parsing: body, id: id)
        }
        let terms = WriteTerms(organization, .workspace(id), if: authorization, when: preconditions)
        let edit = edit(organization, parsed.map { ([.putWorkspace($0)], [""]) })
        return try await make(edit, on: terms) { transaction, change throws(DatabaseError) in
            let rows = InventoryRows(transaction: transaction, generation: change.state.generation)
            guard let tag = try rows.tag(ofWorkspace: id, in: organization) else {
                throw DatabaseError(.corrupt, cause: "a workspace that was put does not exist")
            }
            return tag
        }
    }

    /// Deletes a workspace. Refused as `notFound` if it does not exist, whatever the request's conditions are (RFC 9110,
    /// section 13.2.1).
    func deleteWorkspace(
        _ id: String, of organization: OrganizationID,
        if authorization: any WriteAuthorization = OperatorAuthorization(),
        when preconditions: Preconditions = Preconditions()
    ) async throws(MetricsError) -> Result<Void, InventoryRefusal> {
        let terms = WriteTerms(organization, .workspace(id), if: authorization, when: preconditions)
        let edit = edit(organization, .success(([.deleteWorkspace(id: id)], [""])), needing: id)
        return try await make(edit, on: terms) { _, _ in }
    }

    /// Returns a workspace in the publishers' format with its entity tag, or nil if it does not exist.
    func inventoryDocument(
        ofWorkspace id: String, of organization: OrganizationID
    ) async throws(MetricsError) -> Representation? {
        do throws(DatabaseError) {
            return try await database.read { transaction throws(DatabaseError) in
                guard let state = try InventoryState.read(organization, transaction) else { return nil }
                let rows = InventoryRows(transaction: transaction, generation: state.generation)
                guard let number = try rows.number(ofWorkspace: id), let found = try rows.workspace(number: number),
                    let tag = try rows.tag(ofWorkspace: id, in: organization)
                else { return nil }
                return Representation(.json, entityTag: tag) {
                    var writer = JSONWriter(reservingCapacity: 1 << 14)
                    writer.workspace(found.workspace)
                    return writer.bytes
                }
            }
        } catch {
            throw .store(error)
        }
    }

    // MARK: Parts

    /// The reason why a repeatable request changes nothing.
    private enum UnchangedError: Error {
        case refused(InventoryRefusal)
        case replayed(KeptAnswer)
    }

    /// Changes that are made now, under the settings in force.
    func edit(
        _ organization: OrganizationID,
        _ changes: Result<(changes: [InventoryChange], paths: [String]), InventoryRefusal>,
        needing needed: String? = nil
    ) -> InventoryEdit {
        let settings = settings[organization]
        return InventoryEdit(
            organization, changes, needing: needed, by: settings.definitions, under: settings.license, at: now())
    }

    /// Makes changes in a transaction of their own, on the terms of the write.
    ///
    /// - Parameter answer: the result of the committed changes, computed in the transaction.
    private func make<Value: Sendable>(
        _ edit: InventoryEdit, on terms: WriteTerms,
        answer: @escaping @Sendable (Transaction, CommittedChange) throws(DatabaseError) -> Value
    ) async throws(MetricsError) -> Result<Value, InventoryRefusal> {
        try await decide { [self] transaction throws(DatabaseError) in
            if let refusal = try terms.authorization.refusal(transaction) { return .refuse(refusal) }
            if let refusal = try edit.missing(transaction) { return .refuse(refusal) }
            if let refusal = try terms.unmetCondition(transaction) { return .refuse(refusal) }
            switch try edit.apply(transaction) {
            case .failure(let refusal): return .refuse(refusal)
            case .success(let change):
                return .commit(
                    try answer(transaction, change), publish: { self.publish(change, for: edit.organization) })
            }
        }
    }

    private func decide<Value: Sendable, Refusal: Error>(
        _ body: @escaping @Sendable (Transaction) throws(DatabaseError) -> WriteOutcome<Value, Refusal>
    ) async throws(MetricsError) -> Result<Value, Refusal> {
        do throws(DatabaseError) {
            return try await database.decide(body)
        } catch {
            throw .store(error)
        }
    }

    /// Runs a parser on a store thread, because megabytes of JSON would block the caller's thread.
    private func computing<Value: Sendable>(
        _ body: @escaping @Sendable () throws(InventoryRefusal) -> Value
    ) async throws(MetricsError) -> Result<Value, InventoryRefusal> {
        do throws(DatabaseError) {
            return try await database.compute { Result { () throws(InventoryRefusal) in try body() } }
        } catch {
            throw .store(error)
        }
    }

    private func digest(of body: [UInt8]) async throws(MetricsError) -> [UInt8] {
        let digest: Result<[UInt8], CryptographyError>
        do throws(DatabaseError) {
            digest = try await database.compute {
                Result { () throws(CryptographyError) in try Digest.sha256(body) }
            }
        } catch {
            throw .store(error)
        }
        guard case .success(let bytes) = digest else {
            throw .store(DatabaseError(.failed, cause: "the content's digest cannot be computed"))
        }
        return bytes
    }
}
