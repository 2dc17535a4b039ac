import Databases
import Identities
import Inventory
import Synchronization
import Testing
import Time

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

/// The order of commits, loads and evictions is given step by step, as threads may take it.
@Suite("An organization's place in memory")
struct SnapshotHolderTests {
    private static let generation = 7

    private let memory = MemoryUse()
    private let holder: SnapshotHolder

    init() { holder = SnapshotHolder(.acme, counting: memory) }

    /// The results that waiting requests got: the ids of a snapshot's rows, or a failure.
    private final class Results: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }

        func take(_ result: Result<MetricsSnapshot, DatabaseError>) {
            let text =
                switch result {
                case .success(let snapshot): ids(of: snapshot)
                case .failure(let error): "\(error.reason)"
                }
            list.withLock { $0.append(text) }
        }
    }

    private final class LastCommit: Sendable {
        private let value = Atomic<Int>(1)
        var version: Int {
            get { value.load(ordering: .sequentiallyConsistent) }
            set { value.store(newValue, ordering: .sequentiallyConsistent) }
        }
    }

    /// Version n has the workspaces w1 to wn.
    private func snapshot(_ version: Int) -> MetricsSnapshot {
        let rows = (1...max(1, version)).prefix(version).map {
            WorkspaceRow(Workspace(id: "w\($0)", name: "W"), counts: MetricCounts(), owners: [])
        }
        return MetricsSnapshot(
            state: state(version), SnapshotContent(Array(rows), baseDay: CalendarDay(number: 100)),
            recent: RecentUsage(today: CalendarDay(number: 130)))
    }

    /// The state of a version that was written on the day after the first snapshot's.
    private func state(_ version: Int) -> InventoryState {
        var state = InventoryState(generation: SnapshotHolderTests.generation, version: version, tag: version)
        state.day = CalendarDay(number: 131)
        return state
    }

    private func change(_ version: Int) -> CommittedChange {
        CommittedChange(
            state: state(version), changed: [WorkspaceChange(id: "w\(version)")])
    }

    private func load(_ version: Int) {
        _ = holder.wait { _ in }
        #expect(!holder.finish(.success(snapshot(version))))
    }

    private var current: String? { holder.snapshot.map(ids) }

    @Test("requests that come during a load share it, and later ones wait for nothing")
    func singleFlight() {
        let results = Results()
        #expect(holder.wait(results.take))
        #expect(!holder.wait(results.take) && !holder.wait(results.take) && results.all.isEmpty)
        #expect(!holder.finish(.success(snapshot(2))))
        #expect(results.all == ["w1 w2", "w1 w2", "w1 w2"])
        #expect(!holder.wait(results.take) && results.all.count == 4)
    }

    @Test("commits during a load are applied to what it read, whether it read before or after them", arguments: 1...3)
    func commitDuringLoad(read: Int) {
        let results = Results()
        #expect(holder.wait(results.take))
        #expect(!holder.publish(change(2)) && !holder.publish(change(3)))
        #expect(!holder.finish(.success(snapshot(read))))
        #expect(results.all == ["w1 w2 w3"] && current == "w1 w2 w3")
        #expect(!holder.publish(change(4)) && current == "w1 w2 w3 w4")
    }

    @Test("a load that misses another process's commit serves who came before it, and reads again for the rest")
    func gapDuringLoad() {
        let (early, late) = (Results(), Results())
        #expect(holder.wait(early.take))
        // Version 2 is another process's; the load read version 1.
        #expect(!holder.publish(change(3)))
        #expect(!holder.wait(late.take))
        #expect(holder.finish(.success(snapshot(1))))
        #expect(early.all == ["w1"] && late.all.isEmpty && current == nil)
        #expect(!holder.wait(late.take))
        #expect(!holder.finish(.success(snapshot(3))))
        #expect(late.all == ["w1 w2 w3", "w1 w2 w3"] && current == "w1 w2 w3")
    }

    @Test("a commit that follows an unseen one of another process is never hidden by an earlier snapshot")
    func gap() {
        load(1)
        #expect(holder.publish(change(3)) && current == nil)
        let results = Results()
        #expect(!holder.wait(results.take))
        #expect(!holder.publish(change(4)))
        #expect(!holder.finish(.success(snapshot(3))))
        #expect(results.all == ["w1 w2 w3 w4"])
    }

    /// What other processes committed after one version, up to another.
    private func foreign(_ version: Int, after base: Int, _ workspaces: ClosedRange<Int>) -> CommittedChange {
        CommittedChange(state: state(version), base: base, changed: workspaces.map { WorkspaceChange(id: "w\($0)") })
    }

    @Test("several commits of other processes are applied at once, whatever part of them is known already")
    func foreignCommits() {
        load(1)
        #expect(!holder.publish(change(2)) && current == "w1 w2")
        #expect(!holder.publish(foreign(4, after: 1, 2...4)) && current == "w1 w2 w3 w4")
        #expect(!holder.publish(foreign(4, after: 2, 3...4)) && current == "w1 w2 w3 w4")
        #expect(!holder.publish(change(5)) && current == "w1 w2 w3 w4 w5")
    }

    @Test("commits of which a part is unknown are loaded, and requests wait for them")
    func unknownCommits() {
        load(1)
        #expect(holder.publish(foreign(4, after: 2, 3...4)) && current == nil)
        let results = Results()
        #expect(!holder.wait(results.take) && !holder.publish(change(5)))
        #expect(!holder.finish(.success(snapshot(4))))
        #expect(results.all == ["w1 w2 w3 w4 w5"])
    }

    @Test("several commits of two days are loaded, because the figures of the first day are unknown")
    func severalDays() {
        load(1)
        var later = state(3)
        later.day = CalendarDay(number: 132)
        #expect(holder.publish(CommittedChange(state: later, base: 1)) && current == nil)
    }

    @Test("commits of other processes during a load make it read again, if it has read none of them")
    func foreignDuringLoad() {
        let (early, late) = (Results(), Results())
        #expect(holder.wait(early.take))
        #expect(!holder.publish(foreign(3, after: 3, 3...3)))
        #expect(!holder.wait(late.take))
        #expect(holder.finish(.success(snapshot(2))))
        #expect(early.all == ["w1 w2"] && late.all.isEmpty && current == nil)
        #expect(!holder.finish(.success(snapshot(3))) && late.all == ["w1 w2 w3"])
    }

    @Test("after the store has lost commits, what is in memory is loaded again, although its version is higher")
    func lostCommits() {
        load(3)
        #expect(!holder.reset(to: state(3)) && current == "w1 w2 w3")
        #expect(holder.reset(to: state(2)) && current == nil)
        let results = Results()
        #expect(!holder.wait(results.take))
        #expect(!holder.finish(.success(snapshot(2))) && results.all == ["w1 w2"] && current == "w1 w2")
        #expect(!holder.publish(change(3)) && current == "w1 w2 w3")
        // A load that began before the loss is repeated, and serves no request.
        holder.giveUp()
        #expect(holder.wait(results.take) && !holder.reset(to: state(1)))
        #expect(holder.finish(.success(snapshot(3))) && current == nil && results.all.count == 1)
        #expect(!holder.finish(.success(snapshot(1))) && results.all == ["w1 w2", "w1"])
    }

    @Test("an own commit that the follower sees before it is published is applied once")
    func foreignOwn() {
        load(1)
        #expect(!holder.publish(foreign(2, after: 1, 2...2)) && current == "w1 w2")
        #expect(!holder.publish(change(2)) && current == "w1 w2")
    }

    @Test("a load that fails tells all who wait, and is begun again by the next request")
    func failure() {
        let results = Results()
        #expect(holder.wait(results.take) && !holder.wait(results.take))
        #expect(!holder.finish(.failure(DatabaseError(.busy, cause: "test"))))
        #expect(results.all == ["busy", "busy"] && current == nil)
        load(1)
        #expect(holder.publish(change(3)))
        #expect(!holder.finish(.failure(DatabaseError(.busy, cause: "test"))) && current == nil)
        #expect(holder.wait(results.take))
        #expect(!holder.finish(.success(snapshot(3))) && results.all.last == "w1 w2 w3")
    }

    @Test("an organization that is not in memory takes no commit, and what is given up counts no memory")
    func givenUp() {
        #expect(!holder.publish(change(1)) && current == nil && !holder.isHeld)
        load(1)
        #expect(memory.bytes == holder.snapshot?.bytes)
        #expect(!holder.publish(change(2)))
        #expect(memory.bytes == holder.snapshot?.bytes && memory.bytes == snapshot(2).bytes)
        holder.giveUp()
        #expect(memory.bytes == 0 && !holder.publish(change(3)) && current == nil)
    }

    @Test("a snapshot that is given up or replaced while a change is made is not brought back")
    func replacedDuringChange() {
        load(1)
        holder.change { current in
            holder.giveUp()
            return current.rolled(to: CalendarDay(number: 101), [:])
        }
        #expect(current == nil && memory.bytes == 0)
        load(1)
        var calls = 0
        holder.change { current in
            calls += 1
            if calls == 1 { #expect(!holder.publish(change(2))) }
            return current.rolled(to: CalendarDay(number: 101), [:])
        }
        #expect(calls == 2 && current == "w1 w2" && holder.snapshot?.baseDay.number == 101)
    }

    @Test("an import replaces what is in memory; without its rows it is loaded")
    func imports() {
        #expect(!holder.publish(snapshot(1), version: 1) && current == nil)
        load(1)
        #expect(!holder.publish(snapshot(2), version: 2) && current == "w1 w2")
        #expect(!holder.publish(snapshot(1), version: 1) && current == "w1 w2")
        #expect(holder.publish(nil, version: 3) && current == nil)
        let results = Results()
        #expect(!holder.wait(results.take))
        #expect(!holder.publish(snapshot(4), version: 4) && current == "w1 w2 w3 w4")
        #expect(!holder.finish(.success(snapshot(3))))
        #expect(results.all == ["w1 w2 w3 w4"] && current == "w1 w2 w3 w4")
    }

    @Test("commits, loads and evictions on several threads lose no commit")
    func threads() async {
        let last = 400
        let committed = LastCommit()
        load(1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for version in 2...last {
                    committed.version = version
                    if holder.publish(change(version)) { Issue.record("a gap at \(version)") }
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    while committed.version < last {
                        holder.giveUp()
                        let before = committed.version
                        let isFirst = holder.wait { result in
                            // A request sees at least what was published before it. The commit under way may be missing.
                            if case .success(let snapshot) = result { #expect(snapshot.version >= before - 1) }
                        }
                        guard isFirst else { continue }
                        while holder.finish(.success(snapshot(committed.version))) {}
                    }
                }
            }
        }
        if holder.snapshot == nil { load(last) }
        #expect(holder.snapshot?.version == last && holder.snapshot?.rows.count == last)
        #expect(memory.bytes == holder.snapshot?.bytes)
    }
}

private func ids(of snapshot: MetricsSnapshot) -> String {
    snapshot.rows.map(\.id).sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }.joined(separator: " ")
}

extension WorkspaceChange {
    /// A new workspace without content.
    init(id: String) {
        let workspace = InventoryEditor.Touched(
            id: id, name: "W", before: nil, counts: MetricCounts(), nextPosition: 0)
        self.init(workspace, owners: [])
    }
}
