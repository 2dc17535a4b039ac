internal import Text

/// The definitions of the metrics, one predicate each. Imports, changes and `inventory verify` count only with these
/// predicates (contract, section 8).
package enum Counting {
    /// `workflows`: published, not nested-only, and triggered neither by a case nor by a system event. These workflows
    /// are billed.
    package static func isBilled(_ workflow: Workflow) -> Bool {
        workflow.isPublished && !workflow.isNestedOnly && workflow.trigger != .case && workflow.trigger != .systemEvent
    }

    /// `nested_workflows`: published and nested-only, with any trigger.
    package static func isNested(_ workflow: Workflow) -> Bool {
        workflow.isPublished && workflow.isNestedOnly
    }

    /// `workflow_editors`: active, with at least one role that has the scope `playbook.write`.
    package static func isWorkflowEditor(_ member: Member, _ roles: RoleBook) -> Bool {
        member.status == .active && member.roles.contains { roles.capabilities(of: $0).contains(.editsWorkflows) }
    }

    /// `case_operators`: active, with at least one role that has the scope `cm.case.write`.
    package static func isCaseOperator(_ member: Member, _ roles: RoleBook) -> Bool {
        member.status == .active && member.roles.contains { roles.capabilities(of: $0).contains(.operatesCases) }
    }

    /// `runners`: self-hosted, and not shared from another workspace.
    package static func isCounted(_ runner: Runner) -> Bool {
        runner.hosting == .selfHosted && runner.sharedFrom == nil
    }

    /// `owners`: active, with the role `owner`.
    package static func isOwner(_ member: Member) -> Bool {
        member.status == .active && member.roles.contains(exactly: "owner")
    }
}

extension Counting {
    /// Counts all five metrics of a workspace. Members are unique by address, so each person is counted once.
    package static func counts(of workspace: Workspace, _ roles: RoleBook) -> MetricCounts {
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
package struct RoleBook: Sendable, Equatable {
    package struct Capabilities: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let editsWorkflows = Capabilities(rawValue: 1)
        package static let operatesCases = Capabilities(rawValue: 2)
    }

    private var roles: [ExactText: Capabilities] = [:]

    package init() {}

    package func isKnown(_ id: String) -> Bool { roles[ExactText(id)] != nil }

    package func capabilities(of id: String) -> Capabilities { roles[ExactText(id)] ?? [] }

    package mutating func add(_ id: String, scopes: some Sequence<String>) {
        var capabilities: Capabilities = []
        for scope in scopes {
            if scope == "playbook.write" { capabilities.insert(.editsWorkflows) }
            if scope == "cm.case.write" { capabilities.insert(.operatesCases) }
        }
        roles[ExactText(id)] = capabilities
    }

    package mutating func remove(_ id: String) {
        roles[ExactText(id)] = nil
    }
}
