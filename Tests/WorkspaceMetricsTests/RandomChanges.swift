import GatehouseTesting
import Identities
import Inventory

/// A step of a random sequence.
enum RandomStep {
    case change([InventoryChange])
    case define(MetricDefinitions)
    case wait(days: Int)
}

/// Makes sequences from a seed: few ids, so that changes meet.
struct RandomChanges {
    private var random: SplitMix

    init(seed: Int) { random = SplitMix(state: UInt64(truncatingIfNeeded: seed)) }

    mutating func sequence() -> [RandomStep] {
        (0..<1 + random.next(below: 7)).map { _ in
            switch random.next(below: 10) {
            case 0: .wait(days: pick([1, 1, 2, 40]))
            case 1:
                .define(
                    MetricDefinitions(
                        editorScopes: [pick(["playbook.write", "cm.case.write"])],
                        operatorScopes: pick([["cm.case.write"], [], ["x", "playbook.write"]]),
                        ownerRole: pick(["owner", "analyst"])))
            default: .change(batch())
            }
        }
    }

    /// Puts every role and every workspace that other changes name.
    mutating func beginning() -> [InventoryChange] {
        ["owner", "analyst", "extra"].map { .putRole(WorkspaceRole(id: $0, name: "R", scopes: ["playbook.write"])) }
            + ["soc", "lab", "café"].map { .putWorkspace(workspace($0)) }
    }

    mutating func batch() -> [InventoryChange] { (0..<1 + random.next(below: 5)).map { _ in change() } }

    private mutating func pick<Value>(_ values: [Value]) -> Value { random.pick(values) }

    private mutating func change() -> InventoryChange {
        let workspace = pick(["soc", "lab", "café"])
        switch random.next(below: 14) {
        case 0, 1: return .putRole(role())
        case 2: return .deleteRole(id: pick(["owner", "analyst", "extra"]))
        case 3, 4: return .putWorkspace(self.workspace(workspace))
        case 5: return .deleteWorkspace(id: workspace)
        case 6: return .renameWorkspace(id: workspace, name: pick(["A", "B", "C"]))
        case 7, 8: return .putWorkflow(workflow(), workspace: workspace)
        case 9: return .deleteWorkflow(id: pick(["wf0", "wf1", "wf2"]), workspace: workspace)
        case 10, 11: return .putMember(member(pick(["p0", "p1", "P1"])), workspace: workspace)
        case 12:
            return .deleteMember(email: EmailAddress(pick(["p0", "P0", "p1"]) + "@acme.example"), workspace: workspace)
        default:
            return pick([.putRunner(runner(), workspace: workspace), .deleteRunner(id: "r0", workspace: workspace)])
        }
    }

    private mutating func role() -> WorkspaceRole {
        WorkspaceRole(
            id: pick(["owner", "analyst", "extra"]), name: "R",
            scopes: pick([["playbook.write"], ["cm.case.write"], ["x"], [], ["playbook.write", "cm.case.write"]]))
    }

    private mutating func workspace(_ id: String) -> Workspace {
        var workspace = Workspace(id: id, name: pick(["A", "B"]))
        workspace.workflows = (0..<random.next(below: 3)).map { number in
            var workflow = workflow()
            workflow.id = "wf\(number)"
            return workflow
        }
        workspace.members = pick([["p0", "p1"], ["p1", "p0"], ["p0"], []]).map { member($0) }
        workspace.runners = pick([true, false]) ? [runner()] : []
        return workspace
    }

    private mutating func workflow() -> Workflow {
        Workflow(
            id: pick(["wf0", "wf1", "wf2"]), name: "W", isPublished: pick([true, true, false]),
            isNestedOnly: pick([true, false]), trigger: pick(Workflow.Trigger.allCases))
    }

    private mutating func member(_ name: String) -> WorkspaceMember {
        WorkspaceMember(
            email: EmailAddress(name + "@acme.example"), name: name,
            roles: pick([["owner"], ["analyst"], ["owner", "extra"], [], ["extra", "analyst", "extra"]]),
            status: pick([.active, .active, .invited, .deactivated]))
    }

    private mutating func runner() -> Runner {
        Runner(
            id: pick(["r0", "r1"]), name: "R", hosting: pick(Runner.Hosting.allCases), sharedFrom: pick([nil, "lab"]))
    }
}
