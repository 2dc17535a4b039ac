import Databases
import GatehouseTesting
import Identities
import Inventory
import JSON
import Testing

@testable import InventoryStore
@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Imports of an inventory")
struct InventoryImportTests {
    @Test("the contract's example has the contract's counts")
    func counts() async throws {
        let world = try TestStore()
        let summary = try await world.put(example).get()
        #expect([summary.workspaces, summary.workflows, summary.members] == [2, 3, 3])
        #expect([summary.runners, summary.roles] == [1, 2])
        let row = try #require(world.store.workspace("soc", of: .acme))
        #expect(
            String(decoding: row.body(), as: UTF8.self)
                == """
                {"id":"soc","name":"SOC","created_at":"2025-01-01T00:00:00Z","workflows":1,"nested_workflows":1,\
                "workflow_editors":1,"case_operators":2,"runners":1,"owners":[{"email":"o@acme.com","name":"O"}],\
                "change_30d":{"workflows":null,"nested_workflows":null,"workflow_editors":null,\
                "case_operators":null,"runners":null},"published_at":"2027-01-15T08:00:00Z"}
                """)
        var license = License()
        license[.workflows] = 4
        license[.caseOperators] = 8
        license[.runners] = 0
        #expect(
            String(decoding: world.store.summary(of: .acme, license).body(), as: UTF8.self)
                == """
                {"workspaces":2,"recounting":false,"metrics":{\
                "workflows":{"total":1,"distinct":null,"licensed":4,"used":0.25,\
                "state":"ok","change_30d":null,"reaches_license_on":null},\
                "nested_workflows":{"total":1,"distinct":null,"licensed":null,"used":null,\
                "state":null,"change_30d":null,"reaches_license_on":null},\
                "workflow_editors":{"total":1,"distinct":1,"licensed":null,"used":null,\
                "state":null,"change_30d":null,"reaches_license_on":null},\
                "case_operators":{"total":3,"distinct":2,"licensed":8,"used":0.25,\
                "state":"ok","change_30d":null,"reaches_license_on":null},\
                "runners":{"total":1,"distinct":null,"licensed":0,"used":null,\
                "state":"over","change_30d":null,"reaches_license_on":null}}}
                """)
        #expect(try world.store.verifyBlocking() == [])
        #expect(try world.reopened().snapshot(of: .acme).distinct == DistinctPeople(editors: 1, operators: 2))
    }

    @Test("an exported inventory can be imported, with an equal result")
    func roundTrip() async throws {
        let world = try TestStore()
        try await world.put(example)
        let first = try await world.inventory()
        try await world.put(first)
        #expect(try await world.inventory() == first)
        #expect(try JSONDocument(parsing: Array(first.utf8)).root.member("workspaces")?.count == 2)
        #expect(!first.contains("colour"))
    }

    @Test("an organization without an inventory has an empty one")
    func empty() async throws {
        let world = try TestStore()
        #expect(try await world.inventory() == #"{"roles":[],"workspaces":[]}"#)
        #expect(try world.page().ids == [])
        #expect(world.store.workspace("soc", of: .acme) == nil)
    }

    @Test("roles may follow the workspaces that use them")
    func rolesLast() async throws {
        let world = try TestStore()
        let member = #"{"email":"a@b","roles":["r"],"status":"active"}"#
        let document = """
            {"workspaces":[{"id":"w","name":"W","members":[\(member)]}],"roles":[{"id":"r","scopes":["playbook.write"]}]}
            """
        #expect(try await world.put(document).isSuccess)
        #expect(world.store.snapshot(of: .acme).totals.workflowEditors == 1)
        #expect(try world.store.verifyBlocking() == [])
    }

    @Test("the document may be cut anywhere")
    func everyCut() async throws {
        let world = try TestStore()
        try await world.put(example)
        let expected = try await world.inventory()
        let bytes = Array(expected.utf8)
        for cut in stride(from: 0, through: bytes.count, by: 7) {
            var source = ChunkedSource(chunks: [Array(bytes[..<cut]), [], Array(bytes[cut...])])
            #expect(try await world.store.replaceInventory(of: .acme, from: &source).isSuccess)
        }
        var source = ChunkedSource(chunks: bytes.map { [$0] })
        #expect(try await world.store.replaceInventory(of: .acme, from: &source).isSuccess)
        #expect(try await world.inventory() == expected)
    }

    @Test(
        "every fault is reported with a pointer, and the previous inventory stays",
        arguments: [
            (#"{}"#, ["/workspaces"]),
            (#"{"workspaces":{}}"#, ["/workspaces"]),
            (#"{"workspaces":null}"#, ["/workspaces"]),
            (#"{"workspaces":[],"roles":7}"#, ["/roles"]),
            (#"{"workspaces":[1,{"id":"a"}]}"#, ["/workspaces/0", "/workspaces/1/name"]),
            (#"{"workspaces":[{"id":"a","name":"A"},{"id":"a","name":"B"}]}"#, ["/workspaces/1/id"]),
            (#"{"workspaces":[{"id":"","name":7}]}"#, ["/workspaces/0/id", "/workspaces/0/name"]),
            (#"{"workspaces":[{"id":"a\u0000","name":"A"}]}"#, ["/workspaces/0/id"]),
            (#"{"workspaces":[{"id":".","name":"A"},{"id":"...","name":"B"}]}"#, ["/workspaces/0/id"]),
            (#"{"workspaces":[{"id":"a","name":"A","created_at":"yesterday"}]}"#, ["/workspaces/0/created_at"]),
            (#"{"workspaces":[{"id":"a","name":"A","workflows":{}}]}"#, ["/workspaces/0/workflows"]),
            (
                #"{"workspaces":[{"id":"a","name":"A","workflows":[{"id":"w","published":true,"trigger":"telepathy"}]}]}"#,
                ["/workspaces/0/workflows/0/trigger"]
            ),
            (
                #"{"workspaces":[{"id":"a","name":"A","workflows":[{"published":1}]}]}"#,
                [
                    "/workspaces/0/workflows/0/id", "/workspaces/0/workflows/0/published",
                    "/workspaces/0/workflows/0/trigger",
                ]
            ),
            (
                #"{"workspaces":[{"id":"a","name":"A","workflows":[{"id":"w","published":true,"trigger":"case"},"#
                    + #"{"id":"w","published":true,"trigger":"case"}]}]}"#, ["/workspaces/0/workflows/1/id"]
            ),
            (
                #"{"workspaces":[{"id":"a","name":"A","members":[{"email":"a@b","status":"active"},"#
                    + #"{"email":"A@B","status":"asleep"},{"email":"A@b","status":"active"}]}]}"#,
                ["/workspaces/0/members/1/status", "/workspaces/0/members/2/email"]
            ),
            (
                #"{"workspaces":[{"id":"a","name":"A","members":[{"email":"a@b","status":"active","roles":["x"]}]}]}"#,
                ["/workspaces/0/members/0/roles/0"]
            ),
            (
                #"{"workspaces":[{"id":"a","name":"A","runners":[{"id":"r","hosting":"moon","shared_from":1}]}]}"#,
                ["/workspaces/0/runners/0/hosting", "/workspaces/0/runners/0/shared_from"]
            ),
            (#"{"workspaces":[],"roles":[{"id":"r"},{"id":"r"}]}"#, ["/roles/1/id"]),
        ])
    func faults(document: String, pointers: [String]) async throws {
        let world = try TestStore()
        try await world.put(example)
        let before = try await world.inventory()
        let version = world.store.snapshot(of: .acme).version
        #expect(try await world.put(document).pointers == pointers)
        #expect(try await world.inventory() == before)
        #expect(world.store.snapshot(of: .acme).version == version)
        try world.store.sweepBlocking()
        #expect(try await world.generations() == 1)
        #expect(try await world.count("inventory_workspace") == 2)
    }

    @Test(
        "invalid JSON is reported with the position of the byte",
        arguments: [
            ("", 0), (#"{"workspaces":["#, 15), (#"{"workspaces":[{"id":tru}]}"#, 21),
            (#"{"workspaces":[{"a":1,"a":2}]}"#, 22),
            (#"{"workspaces":[],"other":[01]}"#, 27), (#"{"workspaces":[]} x"#, 18),
        ])
    func syntax(document: String, offset: Int) async throws {
        let world = try TestStore()
        guard case .failure(.syntax(let detail)) = try await world.put(document) else {
            Issue.record("was accepted")
            return
        }
        #expect(detail.contains("byte \(offset)"), "\(detail)")
    }

    @Test("the number of reported faults is limited")
    func manyFaults() async throws {
        let world = try TestStore()
        let document = #"{"workspaces":[\#(Array(repeating: "1", count: 5000).joined(separator: ","))]}"#
        #expect(try await world.put(document).pointers.count == IssueList.limit)
    }

    @Test("a process that dies during an import loses no data, and its staged rows are swept")
    func killedImport() async throws {
        let world = try TestStore()
        try await world.put(example)
        let before = try await world.inventory()
        let dead = InventoryImport(on: .always, store: world.store)
        try await world.run(dead, until: 5000)
        #expect(try await world.count("inventory_workspace") > 2)

        let restarted = try world.reopened()
        #expect(restarted.snapshot(of: .acme).rows.map(\.id) == ["lab", "soc"])
        #expect(try await world.inventory() == before)
        world.clock.advance(.seconds(Generations.lease + 1))
        try world.reopened().sweepBlocking()
        #expect(try await world.count("inventory_workspace") == 2)
        #expect(try await world.generations() == 1)
    }

    @Test("an import whose rows were swept meanwhile fails and changes nothing")
    func lateImport() async throws {
        let world = try TestStore()
        try await world.put(example)
        let late = InventoryImport(on: .always, store: world.store)
        try await world.run(late, until: 5000)
        world.clock.advance(.seconds(Generations.lease + 1))
        try world.store.sweepBlocking()
        late.take(Array("]}".utf8))
        late.take(nil)
        while case .write = late.step {
            try await world.database.write { transaction throws(DatabaseError) in try late.write(transaction) }
        }
        guard case .finished(.failure(.abandoned)) = late.step else {
            Issue.record("was not refused")
            return
        }
        #expect(world.store.snapshot(of: .acme).rows.count == 2)
    }

    @Test("if the source fails, the previous inventory stays")
    func brokenSource() async throws {
        struct Broken: InventorySource {
            struct SourceError: Error {}
            var isFirst = true
            mutating func next() async throws -> [UInt8]? {
                defer { isFirst = false }
                if isFirst { return Array(#"{"workspaces":[{"id":"x","name":"X"}"#.utf8) }
                throw SourceError()
            }
        }
        let world = try TestStore()
        try await world.put(example)
        await #expect(throws: MetricsError.self) {
            var source = Broken()
            _ = try await world.store.replaceInventory(of: .acme, from: &source)
        }
        #expect(try world.page().ids == ["lab", "soc"])
        try world.store.sweepBlocking()
        #expect(try await world.generations() == 1)
    }

    @Test("a large workspace is staged in several transactions, with other writes between them")
    func manyRows() async throws {
        let world = try TestStore()
        let workflows = (0..<30_000).map { #"{"id":"w\#($0)","published":true,"trigger":"schedule"}"# }
        let document = #"{"workspaces":[{"id":"big","name":"Big","workflows":[\#(workflows.joined(separator: ","))]}]}"#
        #expect(try await world.put(document).isSuccess)
        #expect(world.store.snapshot(of: .acme).totals.workflows == 30_000)
        #expect(try await world.inventory().utf8.count > 1 << 20)
    }

    @Test("members of a large workspace are counted in several transactions")
    func manyMembers() async throws {
        let world = try TestStore()
        let count = 30_000
        let members = (0..<count).map { #"{"email":"m\#($0)@acme.com","roles":["e"],"status":"active"}"# }
        let document = """
            {"roles":[{"id":"e","scopes":["playbook.write"]}],"workspaces":[{"id":"big","name":"Big","members":[\
            \(members.joined(separator: ","))]},{"id":"small","name":"Small","members":[\(members[7])]}]}
            """
        let work = InventoryImport(on: .always, store: world.store)
        var chunks = [nil, Array(document.utf8)]
        var counted: Set<Int> = []
        loop: while true {
            switch work.step {
            case .input: work.take(chunks.removeLast())
            case .write:
                try await world.database.write { transaction throws(DatabaseError) in try work.write(transaction) }
                counted.insert(try await world.count("inventory_member WHERE edits = 1"))
            case .prepare, .commit, .finished: break loop
            }
        }
        // None before the count, all after it, and some in between.
        #expect(counted.count > 3 && counted.max() == count + 1)
        #expect(try await world.put(document).isSuccess)
        #expect(world.store.snapshot(of: .acme).totals.workflowEditors == count + 1)
        #expect(world.store.snapshot(of: .acme).distinct.editors == count)
        #expect(try world.store.verifyBlocking() == [])
    }

    @Test("the blocking import gives an equal result")
    func blocking() async throws {
        let world = try TestStore()
        var source = InventoryBytes(Array(example.utf8))
        #expect(try world.store.replaceInventoryBlocking(of: .acme, from: &source).isSuccess)
        #expect(try world.page().ids == ["lab", "soc"])
    }
}

struct ChunkedSource: InventorySource {
    var chunks: [[UInt8]]

    mutating func next() async throws -> [UInt8]? {
        chunks.isEmpty ? nil : chunks.removeFirst()
    }
}

extension TestStore {
    /// Feeds workspaces to an import until it has staged some, and abandons it as a crash would.
    func run(_ work: InventoryImport, until count: Int) async throws {
        var number = 0
        var hasStaged = false
        while !hasStaged || number < count {
            switch work.step {
            case .input:
                work.take(Array(((number == 0 ? #"{"workspaces":["# : ",") + #"{"id":"w\#(number)","name":"W"}"#).utf8))
                number += 1
            case .write:
                hasStaged = hasStaged || number > 0
                try await database.write { transaction throws(DatabaseError) in try work.write(transaction) }
            default:
                return
            }
        }
    }
}
