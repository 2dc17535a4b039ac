internal import Text

/// The definitions of the metrics, one predicate each. Imports, changes and `inventory verify` count only with these
/// predicates (contract, section 8).
enum Counting {
    /// `workflows`: published, not nested-only, and triggered neither by a case nor by a system event. These workflows
    /// are billed.
    static func isBilled(_ workflow: Workflow) -> Bool {
        workflow.isPublished && !workflow.isNestedOnly && workflow.trigger != .case && workflow.trigger != .systemEvent
    }

    /// `nested_workflows`: published and nested-only, with any trigger.
    static func isNested(_ workflow: Workflow) -> Bool {
        workflow.isPublished && workflow.isNestedOnly
    }

    /// `workflow_editors`: active, with at least one role that has the scope `playbook.write`.
    static func isWorkflowEditor(_ member: Member, _ roles: RoleBook) -> Bool {
        member.status == .active && member.roles.contains { roles.capabilities(of: $0).contains(.editsWorkflows) }
    }

    /// `case_operators`: active, with at least one role that has the scope `cm.case.write`.
    static func isCaseOperator(_ member: Member, _ roles: RoleBook) -> Bool {
        member.status == .active && member.roles.contains { roles.capabilities(of: $0).contains(.operatesCases) }
    }

    /// `runners`: self-hosted, and not shared from another workspace.
    static func isCounted(_ runner: Runner) -> Bool {
        runner.hosting == .selfHosted && runner.sharedFrom == nil
    }

    /// `owners`: active, with the role `owner`.
    static func isOwner(_ member: Member) -> Bool {
        member.status == .active && member.roles.contains(exactly: "owner")
    }
}

extension Counting {
    /// Counts all five metrics of a workspace. Members are unique by address, so each person is counted once.
    static func counts(of workspace: Workspace, _ roles: RoleBook) -> MetricCounts {
        var counts = MetricCounts()
        for workflow in workspace.workflows {
            if isBilled(workflow) { counts.workflows += 1 }
            if isNested(workflow) { counts.nestedWorkflows += 1 }
        }
        for member in workspace.members {
            if isWorkflowEditor(member, roles) { counts.workflowEditors += 1 }
            if isCaseOperator(member, roles) { counts.caseOperators += 1 }
        }
        for runner in workspace.runners where isCounted(runner) { counts.runners += 1 }
        return counts
    }
}

/// The capabilities of an organization's workspace roles that metrics depend on.
struct RoleBook: Sendable, Equatable {
    struct Capabilities: OptionSet, Sendable {
        let rawValue: UInt8
        static let editsWorkflows = Capabilities(rawValue: 1)
        static let operatesCases = Capabilities(rawValue: 2)
    }

    private var roles: [ExactText: Capabilities] = [:]

    func isKnown(_ id: String) -> Bool { roles[ExactText(id)] != nil }

    func capabilities(of id: String) -> Capabilities { roles[ExactText(id)] ?? [] }

    mutating func add(_ id: String, scopes: some Sequence<String>) {
        var capabilities: Capabilities = []
        for scope in scopes {
            if scope == "playbook.write" { capabilities.insert(.editsWorkflows) }
            if scope == "cm.case.write" { capabilities.insert(.operatesCases) }
        }
        roles[ExactText(id)] = capabilities
    }

    mutating func remove(_ id: String) {
        roles[ExactText(id)] = nil
    }
}
