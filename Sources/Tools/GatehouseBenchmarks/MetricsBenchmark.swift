import Cryptography
import Databases
import Glibc
import Identities
import Inventory
internal import InventoryStore
internal import MetricsSnapshots
import Policy
import Time
import WorkspaceMetrics

/// An inventory of any size, generated while it is read.
struct SampleInventory: BlockingInventorySource {
    let workspaces: Int
    let workflows: Int
    private var index = -1

    init(workspaces: Int, workflows: Int) {
        (self.workspaces, self.workflows) = (workspaces, workflows)
    }

    mutating func next() -> [UInt8]? {
        defer { index += 1 }
        if index < 0 {
            return Array(#"{"roles":[{"id":"owner","name":"Owner","scopes":["playbook.write"]}],"workspaces":["#.utf8)
        }
        if index == workspaces { return Array("]}".utf8) }
        guard index < workspaces else { return nil }
        let rows = (0..<workflows).map { number in
            #"{"id":"w\#(number)","name":"Workflow \#(number)","published":\#((number + index) % 5 != 0),"#
                + #""nested_only":\#(number % 4 == 0),"trigger":"\#(number % 7 == 0 ? "case" : "webhook")"}"#
        }
        let members = (0..<20).map { number in
            #"{"email":"p\#((index * 7 + number) % 500)@acme.example","name":"P","roles":["owner"],"status":"active"}"#
        }
        return Array(
            ((index > 0 ? "," : "")
                + #"{"id":"ws\#(index)","name":"Workspace \#(index * 7919 % workspaces)","created_at":"2025-01-01T00:00:00Z","#
                + #""workflows":[\#(rows.joined(separator: ","))],"members":[\#(members.joined(separator: ","))],"runners":[]}"#)
                .utf8)
    }
}

func benchmarkMetrics() async throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedResultError() }
    let permit = try SampleToken(.ed25519, .edDSA).permit(.readMetrics, in: organization)
    try await benchmarkGrowth(organization, permit)
    for (workspaces, workflows) in [(1000, 200), (10_000, 20)] {
        let temporary = try TemporaryStore([MetricsStore.schema])
        let store = MetricsStore(database: temporary.database)
        print("Inventory of \(workspaces) workspaces with \(workspaces * workflows) workflows")
        let start = MonotonicTime.now()
        var source = SampleInventory(workspaces: workspaces, workflows: workflows)
        guard case .success = try store.replaceInventoryBlocking(of: organization, from: &source) else {
            throw UnexpectedResultError()
        }
        report("  import", Double(MonotonicTime.now().nanoseconds(since: start)))
        report("  peak memory of the process so far (MiB)", megabytes: residentPeak())
        let (reading, loading) = try await measured { try await MetricsBackend(store).load(permit, License()) }
        report("  load", loading)
        for sort in Metric.allCases.map(\.rawValue) + ["name", "change", "published_at"] {
            let query = try WorkspaceQuery([("sort", sort), ("order", "desc"), ("limit", "50")])
            let (_, once) = await measured { consume(reading.workspaces(query).body()) }
            report("  first page of 50 by \(sort), once", once)
            report(
                "  first page of 50 by \(sort), again", nanosecondsPerCall { consume(reading.workspaces(query).body()) }
            )
        }
    }
}

/// Prints what a change, a batch of 1,000 changes, a page and a search cost in organizations of different sizes.
private func benchmarkGrowth(_ organization: OrganizationID, _ permit: Permit) async throws {
    let publisher = try SampleToken(.ed25519, .edDSA).permit(.writeInventory, in: organization)
    print("Cost by the number of workspaces, in µs (changes: the fastest tenth; every order was asked for)")
    let columns = ["100", "1000", "10000"]
    var rows: [(name: String, figures: [Double])] = []
    func note(_ name: String, _ nanoseconds: Double) {
        let index = rows.firstIndex { $0.name.utf8.elementsEqual(name.utf8) } ?? rows.endIndex
        if index == rows.endIndex { rows.append((name, [])) }
        rows[index].figures.append(nanoseconds / 1000)
    }
    for count in [100, 1000, 10_000] {
        let temporary = try TemporaryStore([MetricsStore.schema])
        let store = MetricsStore(database: temporary.database)
        let backend = MetricsBackend(store)
        var source = SampleInventory(workspaces: count, workflows: 5)
        guard case .success = try store.replaceInventoryBlocking(of: organization, from: &source) else {
            throw UnexpectedResultError()
        }
        var number = 0
        func change(_ changes: Int) async throws -> Double {
            let (result, spent) = try await measured {
                try await backend.change(
                    publisher, body: batch(of: changes, among: count, &number), if: EveryPublisher())
            }
            guard case .success = result.result else { throw UnexpectedResultError() }
            return spent
        }
        func changes(_ name: String) async throws {
            for (changes, rounds) in [(1, 200), (1000, 21)] {
                var spent: [Double] = []
                for _ in 0..<rounds { spent.append(try await change(changes)) }
                note("\(changes == 1 ? "one change" : "1000 changes"), \(name)", spent.sorted()[rounds / 10])
            }
        }
        try await changes("not in memory")
        let (_, loading) = try await measured { try await backend.load(permit, License()) }
        note("load", loading)
        for sort in ["name", "change", "published_at"] + Metric.allCases.map(\.rawValue) {
            for order in ["asc", "desc"] {
                let query = try WorkspaceQuery([("sort", sort), ("order", order)])
                consume(try await backend.load(permit, License()).page(query))
            }
        }
        try await changes("in memory")
        let reading = try await backend.load(permit, License())
        func page(_ name: String, _ parameters: [(name: String, value: String)]) throws {
            let query = try WorkspaceQuery(parameters)
            note(name, nanosecondsPerCall { consume(reading.workspaces(query).body()) })
        }
        try page("first page of 50", [])
        var cursor = reading.page(try WorkspaceQuery([("limit", "25"), ("sort", "workflows")])).nextCursor
        for _ in 0..<count / 60 {
            cursor =
                reading.page(try WorkspaceQuery([("limit", "25"), ("sort", "workflows"), ("cursor", cursor ?? "")]))
                .nextCursor
        }
        let middle = try WorkspaceQuery([("limit", "25"), ("sort", "workflows"), ("cursor", cursor ?? "")])
        note(
            "page of 25 in the middle, by workflows", nanosecondsPerCall { consume(reading.workspaces(middle).body()) })
        try page("search without a match", [("q", "nothing has this name")])
        note("CSV of all", nanosecondsPerCall { consume(reading.workspaces(WorkspaceQuery(), as: .csv).body()) })
    }
    let width = 44
    func line(_ name: String, _ cells: [String]) {
        let padded = cells.map { String(repeating: " ", count: max(1, 12 - $0.utf8.count)) + $0 }
        print("  " + name + String(repeating: " ", count: max(1, width - name.utf8.count)) + padded.joined())
    }
    line("workspaces", columns)
    for row in rows { line(row.name, row.figures.map { "\(($0 * 10).rounded() / 10)" }) }
}

/// An authorization that refuses no write.
struct EveryPublisher: WriteAuthorization {
    func refusal(_ transaction: Transaction) -> InventoryRefusal? { nil }
}

/// A batch that puts workflows into different workspaces.
private func batch(of changes: Int, among workspaces: Int, _ number: inout Int) -> [UInt8] {
    let list = (0..<changes).map { _ in
        number += 1
        return #"{"op":"put_workflow","workspace":"ws\#(number * 7 % workspaces)","workflow":{"id":"n\#(number % 5)","#
            + #""name":"New","published":\#(number % 3 != 0),"nested_only":false,"trigger":"webhook"}}"#
    }
    return Array("{\"changes\":[\(list.joined(separator: ","))]}".utf8)
}

private func measured<Value>(_ body: () async throws -> Value) async rethrows -> (Value, Double) {
    let start = MonotonicTime.now()
    let value = try await body()
    return (value, Double(MonotonicTime.now().nanoseconds(since: start)))
}

/// Returns the process's peak resident memory in MiB (getrusage(2)).
private func residentPeak() -> Double {
    var usage = rusage()
    // The structure is local. The call fails only if its arguments are invalid.
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) / 1024
}
