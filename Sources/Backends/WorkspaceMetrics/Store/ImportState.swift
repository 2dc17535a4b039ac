internal import Audit
internal import Databases
internal import Identities
internal import Inventory
internal import InventoryStore
internal import JSON
internal import MetricsSnapshots
internal import Text
internal import Time

/// The state of the import of one document.
///
/// Elements are read as they arrive, and staged as rows of a new generation in transactions of at most 15 ms. When the
/// document is complete, members are counted against its roles, which may have come last. One short transaction then
/// makes the generation the organization's inventory. The previous inventory is unchanged until then.
struct ImportState: Sendable {
    private enum Phase: Sendable {
        case beginning, reading, staging(isWhole: Bool), counting(Count), preparing, committing, abandoning
        case finished
    }

    /// The place from which members are still to be counted.
    private struct Count: Sendable {
        /// The last workspace whose members are all counted.
        var workspace = -1
        /// The last member of the next workspace that is counted.
        var address = ""
        /// The counts of the next workspace so far.
        var counts = MetricCounts()
    }

    private static let slice = Duration.milliseconds(15)
    /// The number of staged rows that starts a transaction.
    private static let rowsAtOnce = 4000
    /// The number of members that are counted between two looks at the clock.
    private static let membersAtOnce = 256

    private let organization: OrganizationID
    private let store: MetricsStore
    private let terms: WriteTerms
    private let record: AuditRecord?
    private let definitions: MetricDefinitions
    private var document: InventoryDocument
    private var phase = Phase.beginning
    private var generation = 0
    private var publishedAt = Timestamp(seconds: 0)
    private var staging = ImportStaging()
    private var nextStaged = 0
    private var lastWrite: Int64 = 0
    private var refusal: InventoryRefusal?
    private var content: SnapshotContent?
    private var totals = MetricCounts()
    private var distinct = DistinctPeople()

    /// - Parameters:
    ///   - terms: checked in every transaction, so that nothing more is staged after the publisher lost permission.
    ///   - record: appended to the audit log in the transaction that completes the import.
    init(
        on terms: WriteTerms, store: MetricsStore, record: AuditRecord? = nil,
        elementLimit: Int = InventoryLimits.element
    ) {
        organization = terms.organization
        self.store = store
        self.terms = terms
        self.record = record
        definitions = store.settings[organization].definitions
        document = InventoryDocument(definitions: definitions, elementLimit: elementLimit)
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
            // A hopeless document is refused before it is sent.
            if let refusal = try terms.refusal(transaction) {
                refuse(refusal)
                return
            }
            lastWrite = store.nowInSeconds
            publishedAt = store.now()
            generation = try Generations.begin(organization, now: lastWrite, transaction)
            phase = .reading
        case .staging(let isWhole):
            guard try renewLease(transaction) else { return }
            try writeStaged(transaction, isWhole: isWhole)
        case .counting(let place):
            guard try renewLease(transaction) else { return }
            try count(from: place, transaction)
        case .abandoning:
            try Generations.retire(generation, transaction)
            phase = .finished
        case .reading, .preparing, .committing, .finished:
            break
        }
    }

    private mutating func renewLease(_ transaction: Transaction) throws(DatabaseError) -> Bool {
        if let refusal = try terms.refusal(transaction) {
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
            phase = isWhole ? .counting(Count()) : .reading
        }
    }

    private mutating func insert(_ row: ImportStaging.Row, _ rows: InventoryRows) throws(DatabaseError) {
        switch row {
        case .role(let role, let number):
            _ = try rows.insert(role, document.roles.capabilities(of: role.id), number: number)
        case .head(let workspace, let number, let counts):
            let positions = max(workspace.workflows.count, workspace.members.count, workspace.runners.count)
            if try !rows.insertHead(
                workspace, number: number, counts, publishedAt: publishedAt, nextPosition: positions)
            {
                document.faults.add("/workspaces/\(number)/id", "occurs twice")
            }
        case .workflow(let workflow, let workspace, let position):
            try rows.put(workflow, workspace: workspace, position: position)
        case .member(let member, let workspace, let position):
            // Capabilities are known when all roles have arrived.
            try rows.put(member, [], workspace: workspace, position: position)
            try rows.insertRoles(of: member, workspace: workspace)
        case .runner(let runner, let workspace, let position):
            try rows.put(runner, workspace: workspace, position: position)
        }
    }

    private mutating func count(from start: Count, _ transaction: Transaction) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        let deadline = MonotonicTime.now() + ImportState.slice
        var place = start
        while let next = try rows.number(after: place.workspace) {
            let members = try rows.members(of: next, after: place.address, limit: ImportState.membersAtOnce)
            for (address, position, member) in members {
                let capabilities = check(member, at: position, in: next)
                guard !capabilities.isEmpty else { continue }
                place.counts.add(capabilities, times: 1)
                try rows.set(capabilities, ofMember: InventoryState.MemberPlace(workspace: next, address: address))
            }
            if document.faults.isFull { break }
            if let last = members.last, members.count == ImportState.membersAtOnce {
                place.address = last.address
            } else {
                try rows.setPeopleCounts(place.counts, workspace: next)
                place = Count(workspace: next)
            }
            phase = .counting(place)
            if MonotonicTime.now() >= deadline { return }
        }
        if document.faults.isEmpty { phase = .preparing } else { refuse(.content(document.faults.faults)) }
    }

    /// Returns what a member may do, and notes roles that do not exist.
    private mutating func check(_ member: WorkspaceMember, at position: Int, in workspace: Int) -> MemberCapabilities {
        for (index, role) in member.roles.enumerated() where !document.roles.isKnown(role) {
            document.faults.add("/workspaces/\(workspace)/members/\(position)/roles/\(index)", "no such role")
        }
        return Counting.capabilities(of: member, document.roles)
    }

    // MARK: Ending

    /// Reads what the final transaction needs, so that it stays short.
    mutating func prepare(_ transaction: Transaction) throws(DatabaseError) {
        let rows = InventoryRows(transaction: transaction, generation: generation)
        (totals, distinct) = (try rows.totals(), try rows.distinctPeople())
        content = try store.prepare(organization, rows)
        phase = .committing
    }

    /// Makes the generation the organization's inventory; returns what to publish after COMMIT, or the refusal.
    mutating func commit(
        _ transaction: Transaction
    ) throws(DatabaseError) -> Result<(version: Int, snapshot: MetricsSnapshot?), InventoryRefusal> {
        if let refusal = try terms.refusal(transaction) {
            refuse(refusal)
            return .failure(refusal)
        }
        guard try Generations.touch(generation, now: store.nowInSeconds, transaction) else {
            refuse(.abandoned)
            return .failure(.abandoned)
        }
        let old = try InventoryState.read(organization, transaction)
        if let old { try Generations.retire(old.generation, transaction) }
        var state = InventoryState(
            generation: generation, totals: totals, distinct: distinct, definitions: definitions.storedText)
        let history = try UsageHistory(
            organization, now: store.now(), latest: old?.day ?? state.day, transaction)
        try history.record(generation: generation, replacing: old?.generation)
        try history.record(state.figures, of: "", before: old?.figures)
        state.day = history.day
        try state.advance(organization, changing: nil, transaction)
        let (moment, settings) = (store.now(), store.settings[organization])
        // Figures by definitions that a reload has replaced are about to be counted again.
        if definitions == settings.definitions {
            try LicenseCrossing(organization, under: settings.license, at: moment, transaction).check(state.figures)
        }
        var snapshot: MetricsSnapshot?
        if let content {
            let today = max(CalendarDay(moment), state.day)
            snapshot = MetricsSnapshot(
                state: state, content, recent: try RecentUsage(of: organization, today: today, transaction))
        }
        staging.summary.roles = document.roleCount
        staging.summary.entityTag = RepresentationTag.inventory(state)
        if var record {
            record.details = [
                ("workspaces", String(staging.summary.workspaces)), ("workflows", String(staging.summary.workflows)),
                ("members", String(staging.summary.members)), ("runners", String(staging.summary.runners)),
            ]
            try AuditLog.append(record, at: store.now(), transaction)
        }
        return .success((state.version, snapshot))
    }

    /// Ends the import, after its snapshot was published.
    mutating func finish() { phase = .finished }

    /// The generation to retire if the import is abandoned; nil if none was begun.
    var abandonedGeneration: Int? { generation == 0 ? nil : generation }
}
