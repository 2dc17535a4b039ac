import Identities
import Testing

@testable import Inventory

@Suite("Counting")
struct CountingTests {
    private let roles: RoleBook = {
        var book = RoleBook()
        book.add("editor", scopes: ["playbook.write", "playbook.write"])
        book.add("operator", scopes: ["user.write", "cm.case.write"])
        book.add("owner", scopes: [])
        return book
    }()

    @Test(
        "a workflow is billed if it is published, not nested-only, and not triggered by a case or the system",
        arguments: Workflow.Trigger.allCases)
    func workflows(trigger: Workflow.Trigger) {
        for isPublished in [true, false] {
            for isNestedOnly in [true, false] {
                let workflow = Workflow(
                    id: "w", name: "w", isPublished: isPublished, isNestedOnly: isNestedOnly, trigger: trigger)
                let isBilled = isPublished && !isNestedOnly && ![.case, .systemEvent].contains(trigger)
                #expect(Counting.isBilled(workflow) == isBilled)
                #expect(Counting.isNested(workflow) == (isPublished && isNestedOnly))
            }
        }
    }

    @Test(
        "active members are counted once each, by the scopes of their roles",
        arguments: [
            (["editor"], WorkspaceMember.Status.active, true, false, false),
            (["operator"], .active, false, true, false),
            (["editor", "operator", "editor"], .active, true, true, false), (["owner"], .active, false, false, true),
            (["editor", "owner"], .invited, false, false, false), (["operator"], .deactivated, false, false, false),
            ([], .active, false, false, false),
        ])
    func members(roles ids: [String], status: WorkspaceMember.Status, isEditor: Bool, isOperator: Bool, isOwner: Bool) {
        let member = WorkspaceMember(email: "a@b", name: "A", roles: ids, status: status)
        let capabilities = Counting.capabilities(of: member, roles)
        #expect(capabilities.contains(.editsWorkflows) == isEditor)
        #expect(capabilities.contains(.operatesCases) == isOperator)
        #expect(capabilities.contains(.owns) == isOwner)
        var workspace = Workspace(id: "w", name: "W")
        workspace.members = [member]
        let counts = Counting.counts(of: workspace, roles)
        #expect(counts.workflowEditors == (isEditor ? 1 : 0) && counts.caseOperators == (isOperator ? 1 : 0))
    }

    @Test("a runner is counted if it is self-hosted and belongs to the workspace")
    func runners() {
        for hosting in Runner.Hosting.allCases {
            for sharedFrom in [nil, "other"] {
                let runner = Runner(id: "r", name: "r", hosting: hosting, sharedFrom: sharedFrom)
                #expect(Counting.isCounted(runner) == (hosting == .selfHosted && sharedFrom == nil))
            }
        }
    }
}
