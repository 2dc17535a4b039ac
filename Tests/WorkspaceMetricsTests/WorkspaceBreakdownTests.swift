import Databases
import Identities
import Inventory
import Testing
import Time

@testable import WorkspaceMetrics

@Suite("Breakdowns of a workspace's content")
struct WorkspaceBreakdownTests {
    private static func workflow(_ id: String, _ published: Bool, _ nested: Bool, _ trigger: Workflow.Trigger) -> String
    {
        #"{"id":"\#(id)","published":\#(published),"nested_only":\#(nested),"trigger":"\#(trigger.rawValue)"}"#
    }

    private static let document: String = {
        let triggers = Workflow.Trigger.allCases
        let workflows =
            triggers.map { workflow("p-\($0.rawValue)", true, false, $0) }
            + triggers.map { workflow("n-\($0.rawValue)", true, true, $0) }
            + triggers.map { workflow("u-\($0.rawValue)", false, $0 == .case, $0) }
        let members = ["active", "active", "active", "invited", "deactivated", "deactivated"].enumerated().map {
            #"{"email":"p\#($0)@acme.com","roles":["owner"],"status":"\#($1)"}"#
        }
        let runners = [
            ("self_hosted", "null"), ("self_hosted", "null"), ("self_hosted", "\"lab\""), ("self_hosted", "\"x\""),
            ("self_hosted", "\"x\""), ("cloud", "null"), ("cloud", "\"lab\""),
        ].enumerated().map { #"{"id":"r\#($0)","hosting":"\#($1.0)","shared_from":\#($1.1)}"# }
        return """
            {"roles":[{"id":"owner","scopes":[]}],"workspaces":[{"id":"soc","name":"SOC",
            "created_at":"2025-01-01T00:00:00Z","workflows":[\(workflows.joined(separator: ","))],
            "members":[\(members.joined(separator: ","))],"runners":[\(runners.joined(separator: ","))]},
            {"id":"lab","name":"Lab","members":[{"email":"a@acme.com","status":"invited"}]}]}
            """
    }()

    private func check(_ breakdown: WorkspaceBreakdown?) {
        #expect(breakdown?.workflows == [.billed: 4, .nested: 6, .byCase: 1, .bySystemEvent: 1, .unpublished: 6])
        #expect(breakdown?.members == [.active: 3, .invited: 1, .deactivated: 2])
        #expect(breakdown?.ownRunners == 2 && breakdown?.sharedRunners == 3 && breakdown?.cloudRunners == 2)
        #expect(breakdown?.createdAt?.rfc3339 == "2025-01-01T00:00:00Z")
    }

    @Test("each workflow, member and runner is counted once, under its kind")
    func kinds() async throws {
        let world = try TestStore()
        _ = try await world.put(WorkspaceBreakdownTests.document).get()
        check(try await world.store.breakdown(ofWorkspace: "soc", of: .acme))
        let lab = try await world.store.breakdown(ofWorkspace: "lab", of: .acme)
        #expect(lab?.workflows == [:] && lab?.members == [.invited: 1] && lab?.createdAt == nil)
        #expect(try await world.store.breakdown(ofWorkspace: "SOC", of: .acme) == nil)
        #expect(try await world.store.breakdown(ofWorkspace: "soc", of: .globex) == nil)
    }

    @Test("the store counts: no name of a workflow, member or runner is read")
    func names() async throws {
        let world = try TestStore()
        _ = try await world.put(WorkspaceBreakdownTests.document).get()
        for table in ["workflow", "member", "runner"] {
            _ = try await world.database.write { transaction throws(DatabaseError) in
                try transaction.execute("ALTER TABLE inventory_\(table) DROP COLUMN name")
            }
        }
        check(try await world.store.breakdown(ofWorkspace: "soc", of: .acme))
    }
}
