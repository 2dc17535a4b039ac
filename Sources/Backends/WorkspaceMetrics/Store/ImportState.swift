internal import Audit
internal import Databases
internal import Identities
internal import Inventory
internal import JSON
internal import Time

/// The state of the import of one document.
///
/// Elements are read as they arrive, and staged as rows of a new generation in transactions of at most 15 ms. When the
/// document is complete, members are counted against its roles, which may have come last. One short transaction then
/// makes the generation the organization's inventory. The previous inventory is unchanged until then.
struct ImportState: Sendable {
    private enum Phase: Sendable {
        case beginning, reading, staging(isWhole: Bool), counting(after: Int), preparing, committing, abandoning
        case finished
    }

    private static let slice = Duration.milliseconds(15)
    /// The number of staged rows that starts a transaction.
    private static let rowsAtOnce = 4000

    private let organization: OrganizationID
    private let store: MetricsStore
    private let authorization: any WriteAuthorization
    private let record: AuditRecord?
    private var document: InventoryDocument
    private var phase = Phase.beginning
    private var generation = 0
    private var staging = ImportStaging()
    private var nextStaged = 0
    private var lastWrite: Int64 = 0
    private var refusal: InventoryRefusal?
    private var rows = SortedRows()
    private var distinct = DistinctPeople()

    /// - Parameters:
    ///   - authorization: checked in every transaction, so that nothing more is staged after the publisher lost
    ///     permission.
    ///   - record: appended to the audit log in the transaction that completes the import.
    init(
        _ organization: OrganizationID, store: MetricsStore, if authorization: any WriteAuthorization,
        record: AuditRecord? = nil,
        elementLimit: Int = InventoryLimits.element
    ) {
        self.organization = organization
        self.store = store
        self.authorization = authorization
        self.record = record
        document = InventoryDocument(elementLimit: elementLimit)
    }

    var step: InventoryImport.Step {
        switch phase {
        case .beginning, .staging, .counting, .abandoning: .write
        case .reading: .input
        case .preparing: .prepare
        case .committing: .commit
        case .finished: .finished(refusal.map { .failure($0) } ?? .success(staging.summary))
        }
    }

    // MARK: Reading

    /// Reads the next bytes, nil at the end. This step computes and does not use the database.
    mutating func take(_ chunk: [UInt8]?) {
        do throws(JSONSyntaxError) {
            try document.read(chunk) { staging.add($0) }
        } catch {
            refuse(.syntax(detail: error.description))
            return
        }
        guard document.faults.isEmpty else {
            staging.rows = []
            if document.faults.isFull || chunk == nil { refuse(.content(document.faults.faults)) }
            return
        }
        let isStale = store.nowInSeconds - lastWrite > Generations.lease / 10
        if chunk == nil || isStale || staging.rows.count >= ImportState.rowsAtOnce {
            phase = .staging(isWhole: chunk == nil)
        }
    }

    private mutating func refuse(_ reason: InventoryRefusal) {
        refusal = reason
        staging.rows = []
        phase = generation == 0 ? .finished : .abandoning
    }

    // MARK: Writing

    mutating func write(_ transaction: Transaction) throws(DatabaseError) {
        switch phase {
        case .beginning:
            lastWrite = store.nowInSeconds
            generation = try Generations.begin(organization, now: lastWrite, transaction)
            phase = .reading
        case .staging(let isWhole):
            guard try renewLease(transaction) else { return }
            try writeStaged(transaction, isWhole: isWhole)
        case .counting(let number):
            guard try renewLease(transaction) else { return }
            try count(after: number, transaction)
        case .abandoning:
            try Generations.retire(generation, transaction)
            phase = .finished
        case .reading, .preparing, .committing, .finished:
            break
        }
    }

    private mutating func renewLease(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        if let refusal = try authorization.refusal(transaction) {
            refuse(refusal)
            return false
        }
        lastWrite = store.nowInSeconds
        if try Generations.touch(generation, now: lastWrite, transaction) { return true }
        refuse(.abandoned)
        return false
    }

    private mutating func writeStaged(_ transaction: Transaction, isWhole: Bool) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        let deadline = MonotonicTime.now() + ImportState.slice
        while nextStaged < staging.rows.count {
            try insert(staging.rows[nextStaged], rows)
            nextStaged += 1
            if nextStaged.isMultiple(of: 32), MonotonicTime.now() >= deadline { break }
        }
        if nextStaged == staging.rows.count { stagingDone(isWhole: isWhole) }
    }

    private mutating func stagingDone(isWhole: Bool) {
        staging.rows.removeAll(keepingCapacity: true)
        nextStaged = 0
        if !document.faults.isEmpty, isWhole {
            refuse(.content(document.faults.faults))
        } else {
            phase = isWhole ? .counting(after: -1) : .reading
        }
    }

    private mutating func insert(_ row: ImportStaging.Row, _ rows: InventoryRows) throws(DatabaseError) {
        switch row {
        case .role(let role, let number):
            _ = try rows.insert(role, number: number)
        case .head(let workspace, let number, let counts):
            if try !rows.insertHead(workspace, number: number, counts) {
                document.faults.add("/workspaces/\(number)/id", "occurs twice")
            }
        case .workflow(let workflow, let workspace, let position):
            try rows.insert(workflow, workspace: workspace, position: position)
        case .member(let member, let workspace, let position):
            try rows.insert(member, workspace: workspace, position: position)
        case .runner(let runner, let workspace, let position):
            try rows.insert(runner, workspace: workspace, position: position)
        }
    }

    private mutating func count(after number: Int, _ transaction: Transaction) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        let deadline = MonotonicTime.now() + ImportState.slice
        var last = number
        while let next = try rows.number(after: last) {
            var counts = MetricCounts()
            for (position, member) in try rows.members(of: next).enumerated() {
                for (index, role) in member.roles.enumerated() where !document.roles.isKnown(role) {
                    document.faults.add("/workspaces/\(next)/members/\(position)/roles/\(index)", "no such role")
                }
                let isEditor = Counting.isWorkflowEditor(member, document.roles)
                let isOperator = Counting.isCaseOperator(member, document.roles)
                if isEditor { counts.workflowEditors += 1 }
                if isOperator { counts.caseOperators += 1 }
                if isEditor || isOperator { try rows.setFlags(member, document.roles, workspace: next) }
            }
            if document.faults.isFull { break }
            try rows.setPeopleCounts(counts, workspace: next)
            last = next
            phase = .counting(after: last)
            if MonotonicTime.now() >= deadline { return }
        }
        if document.faults.isEmpty { phase = .preparing } else { refuse(.content(document.faults.faults)) }
    }

    // MARK: Ending

    /// Prepares the snapshot's rows, so that the final transaction stays short.
    mutating func prepare(_ transaction: Transaction) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        distinct = try rows.distinctPeople()
        self.rows = SortedRows(try rows.workspaceRows())
        phase = .committing
    }

    /// Makes the generation the organization's inventory; returns the snapshot to publish after COMMIT, or the refusal.
    mutating func commit(
        _ transaction: Transaction
    ) throws(DatabaseError) -> Result<MetricsSnapshot, InventoryRefusal> {
        if let refusal = try authorization.refusal(transaction) {
            refuse(refusal)
            return .failure(refusal)
        }
        guard try Generations.touch(generation, now: store.nowInSeconds, transaction) else {
            refuse(.abandoned)
            return .failure(.abandoned)
        }
        if let old = try InventoryState.read(organization, transaction) {
            try Generations.retire(old.generation, transaction)
        }
        let state = try InventoryState.advance(organization, generation: generation, distinct: distinct, transaction)
        staging.summary.roles = document.roleCount
        if var record {
            record.details = [
                ("workspaces", String(staging.summary.workspaces)), ("workflows", String(staging.summary.workflows)),
                ("members", String(staging.summary.members)), ("runners", String(staging.summary.runners)),
            ]
            try AuditLog.append(record, at: store.now(), transaction)
        }
        return .success(MetricsSnapshot(state: state, rows))
    }

    /// Ends the import, after its snapshot was published.
    mutating func finish() { phase = .finished }

    /// The generation to retire if the import is abandoned; nil if none was begun.
    var abandonedGeneration: Int? { generation == 0 ? nil : generation }
}
