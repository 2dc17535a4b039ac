internal import Audit
internal import Databases
internal import Identities
internal import JSON
internal import Time

/// The import of one document, as a state machine that returns its next step. Drivers may be blocking or asynchronous.
///
/// Elements are read as they arrive, and staged as rows of a new generation in transactions of at most 15 ms. When the
/// document is complete, members are counted against its roles, which may have come last. One short transaction then
/// makes the generation the organization's inventory. The previous inventory is unchanged until then.
///
/// `@unchecked Sendable`: one step runs at a time, and each begins after the previous one has returned.
final class InventoryImport: @unchecked Sendable {
    enum Step {
        /// Pass the document's next bytes, or its end, to ``take(_:)``.
        case input
        /// Run ``write(_:)`` in a write transaction.
        case write
        /// Run ``prepare(_:)`` in a read transaction.
        case prepare
        /// Run ``commit(_:)`` in a write transaction.
        case commit
        case finished(Result<ImportSummary, InventoryRefusal>)
    }

    private enum Phase {
        case beginning, reading, staging(isWhole: Bool), counting(after: Int), preparing, committing, abandoning
        case finished
    }

    private enum Staged {
        case role(WorkspaceRole, number: Int)
        case head(Workspace, number: Int, MetricCounts)
        case workflow(Workflow, workspace: Int, position: Int)
        case member(Member, workspace: Int, position: Int)
        case runner(Runner, workspace: Int, position: Int)
    }

    private static let slice = Duration.milliseconds(15)
    /// The number of staged rows that starts a transaction.
    private static let rowsAtOnce = 4000

    private let organization: OrganizationID
    private let store: MetricsStore
    private let authorization: WriteAuthorization
    private let record: AuditRecord?
    private var document: InventoryDocument
    private var phase = Phase.beginning
    private var generation = 0
    private var staged: [Staged] = []
    private var nextStaged = 0
    private var lastWrite: Int64 = 0
    private var refusal: InventoryRefusal?
    private var summary = ImportSummary()
    private var rows = SortedRows()
    private var distinct = DistinctPeople()

    /// - Parameters:
    ///   - authorization: a check in every transaction, so that nothing more is staged after the publisher has lost the
    ///     permission.
    ///   - record: the event to append to the audit log in the transaction that completes the import.
    init(
        _ organization: OrganizationID, store: MetricsStore, if authorization: WriteAuthorization,
        record: AuditRecord? = nil,
        elementLimit: Int = InventoryLimits.element
    ) {
        self.organization = organization
        self.store = store
        self.authorization = authorization
        self.record = record
        document = InventoryDocument(elementLimit: elementLimit)
    }

    var step: Step {
        switch phase {
        case .beginning, .staging, .counting, .abandoning: .write
        case .reading: .input
        case .preparing: .prepare
        case .committing: .commit
        case .finished: .finished(refusal.map { .failure($0) } ?? .success(summary))
        }
    }

    // MARK: Reading

    /// Reads the next bytes, nil at the end. This step computes, and does not use the database.
    func take(_ chunk: [UInt8]?) {
        do throws(JSONSyntaxError) {
            try document.read(chunk) { stage($0) }
        } catch {
            refuse(.syntax(detail: error.description))
            return
        }
        guard document.faults.isEmpty else {
            staged = []
            if document.faults.isFull || chunk == nil { refuse(.content(document.faults.faults)) }
            return
        }
        let isStale = store.nowInSeconds - lastWrite > Generations.lease / 10
        if chunk == nil || isStale || staged.count >= InventoryImport.rowsAtOnce {
            phase = .staging(isWhole: chunk == nil)
        }
    }

    private func stage(_ element: InventoryDocument.Element) {
        switch element {
        case .role(let role, let number): staged.append(.role(role, number: number))
        case .workspace(let workspace, let number): stage(workspace, number: number)
        }
    }

    private func stage(_ workspace: Workspace, number: Int) {
        // Members are counted once all roles are known.
        let counts = Counting.counts(of: workspace, RoleBook())
        staged.append(.head(workspace, number: number, counts))
        for (position, workflow) in workspace.workflows.enumerated() {
            staged.append(.workflow(workflow, workspace: number, position: position))
        }
        for (position, member) in workspace.members.enumerated() {
            staged.append(.member(member, workspace: number, position: position))
        }
        for (position, runner) in workspace.runners.enumerated() {
            staged.append(.runner(runner, workspace: number, position: position))
        }
        summary.workspaces += 1
        summary.workflows += workspace.workflows.count
        summary.members += workspace.members.count
        summary.runners += workspace.runners.count
    }

    private func refuse(_ reason: InventoryRefusal) {
        refusal = reason
        staged = []
        phase = generation == 0 ? .finished : .abandoning
    }

    // MARK: Writing

    func write(_ transaction: Transaction) throws(DatabaseError) {
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

    private func renewLease(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        if let refusal = try authorization.refusal(transaction) {
            refuse(refusal)
            return false
        }
        lastWrite = store.nowInSeconds
        if try Generations.touch(generation, now: lastWrite, transaction) { return true }
        refuse(.abandoned)
        return false
    }

    private func writeStaged(_ transaction: Transaction, isWhole: Bool) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        let deadline = MonotonicTime.now() + InventoryImport.slice
        while nextStaged < staged.count {
            try insert(staged[nextStaged], rows)
            nextStaged += 1
            if nextStaged.isMultiple(of: 32), MonotonicTime.now() >= deadline { break }
        }
        if nextStaged == staged.count { stagingDone(isWhole: isWhole) }
    }

    private func stagingDone(isWhole: Bool) {
        staged.removeAll(keepingCapacity: true)
        nextStaged = 0
        if !document.faults.isEmpty, isWhole {
            refuse(.content(document.faults.faults))
        } else {
            phase = isWhole ? .counting(after: -1) : .reading
        }
    }

    private func insert(_ row: Staged, _ rows: InventoryRows) throws(DatabaseError) {
        switch row {
        case .role(let role, let number):
            _ = try rows.insert(role, number: number)
        case .head(let workspace, let number, let counts):
            if try !rows.insertHead(workspace, number: number, counts) {
                document.faults.add("/workspaces/\(number)/id", "is a duplicate")
            }
        case .workflow(let workflow, let workspace, let position):
            try rows.insert(workflow, workspace: workspace, position: position)
        case .member(let member, let workspace, let position):
            try rows.insert(member, workspace: workspace, position: position)
        case .runner(let runner, let workspace, let position):
            try rows.insert(runner, workspace: workspace, position: position)
        }
    }

    private func count(after number: Int, _ transaction: Transaction) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        let deadline = MonotonicTime.now() + InventoryImport.slice
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
    func prepare(_ transaction: Transaction) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        distinct = try rows.distinctPeople()
        self.rows = SortedRows(try rows.workspaceRows())
        phase = .committing
    }

    func commit(_ transaction: Transaction) throws(DatabaseError) -> WriteOutcome<Void, InventoryRefusal> {
        if let refusal = try authorization.refusal(transaction) {
            refuse(refusal)
            return .refuse(refusal)
        }
        guard try Generations.touch(generation, now: store.nowInSeconds, transaction) else {
            refuse(.abandoned)
            return .refuse(.abandoned)
        }
        if let old = try InventoryState.read(organization, transaction) {
            try Generations.retire(old.generation, transaction)
        }
        let state = try InventoryState.advance(organization, generation: generation, distinct: distinct, transaction)
        summary.roles = document.roleCount
        if var record {
            record.details = [
                ("workspaces", String(summary.workspaces)), ("workflows", String(summary.workflows)),
                ("members", String(summary.members)), ("runners", String(summary.runners)),
            ]
            try AuditLog.append(record, at: store.now(), transaction)
        }
        let snapshot = MetricsSnapshot(state: state, rows)
        return .commit(
            (),
            publish: { [self] in
                store.publish(snapshot, for: organization)
                phase = .finished
            })
    }

    /// The generation to retire if the import is abandoned; nil if the import has not begun one.
    var abandonedGeneration: Int? { generation == 0 ? nil : generation }
}

/// The numbers of objects in an imported inventory.
public struct ImportSummary: Sendable, Hashable {
    public var workspaces = 0
    public var workflows = 0
    public var members = 0
    public var runners = 0
    public var roles = 0
}
