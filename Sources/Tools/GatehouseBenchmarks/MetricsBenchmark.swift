import Cryptography
import Databases
import Glibc
import Identities
import Inventory
import Policy
import Time
import WorkspaceMetrics

/// An inventory of any size, generated while it is read.
private struct SampleInventory: BlockingInventorySource {
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

func benchmarkMetrics() throws {
    guard let organization = OrganizationID("acme") else { throw UnexpectedResultError() }
    let permit = try SampleToken(.ed25519, .edDSA).permit(.readMetrics, in: organization)
    for (workspaces, workflows) in [(1000, 200), (10_000, 20)] {
        let temporary = try TemporaryStore([MetricsStore.schema])
        let database = temporary.database
        let store = try MetricsStore(database: database)
        print("Inventory of \(workspaces) workspaces with \(workspaces * workflows) workflows")
        let start = MonotonicTime.now()
        var source = SampleInventory(workspaces: workspaces, workflows: workflows)
        guard case .success = try store.replaceInventoryBlocking(of: organization, from: &source) else {
            throw UnexpectedResultError()
        }
        report("  import", Double(MonotonicTime.now().nanoseconds(since: start)))
        report("  peak memory of the process so far (MiB)", megabytes: residentPeak())
        let backend = MetricsBackend(store)
        for metric in Metric.allCases.map(\.rawValue) + ["name"] {
            let query = try WorkspaceQuery([("sort", metric), ("order", "desc"), ("limit", "50")])
            let first = MonotonicTime.now()
            consume(try backend.workspaces(permit, query).body())
            let once = Double(MonotonicTime.now().nanoseconds(since: first))
            let again = try nanosecondsPerCall { consume(try backend.workspaces(permit, query).body()) }
            report("  first page of 50 by \(metric), once", once)
            report("  first page of 50 by \(metric), again", again)
        }
    }
}

/// Returns the process's peak resident memory in MiB (getrusage(2)).
private func residentPeak() -> Double {
    var usage = rusage()
    // The structure is local. The call fails only if its arguments are invalid.
    unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
    return Double(usage.ru_maxrss) / 1024
}
