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

    /// `runners`: self-hosted, and not shared from another workspace.
    package static func isCounted(_ runner: Runner) -> Bool {
        runner.hosting == .selfHosted && runner.sharedFrom == nil
    }

    /// `workflow_editors`, `case_operators` and `owners`: active, with at least one role that has one of the scopes, or
    /// that is the owner role.
    package static func capabilities(of member: WorkspaceMember, _ roles: RoleBook) -> MemberCapabilities {
        guard member.status == .active else { return [] }
        return member.roles.reduce(into: []) { $0.formUnion(roles.capabilities(of: $1)) }
    }
}

extension Counting {
    /// The metric that counts a workflow; nil if it is not counted.
    package static func metric(of workflow: Workflow) -> Metric? {
        isBilled(workflow) ? .workflows : isNested(workflow) ? .nestedWorkflows : nil
    }

    /// Counts all five metrics of a workspace. Members are unique by address, so each person is counted once.
    package static func counts(of workspace: Workspace, _ roles: RoleBook) -> MetricCounts {
        var counts = MetricCounts()
        for workflow in workspace.workflows {
            if let metric = metric(of: workflow) { counts[metric] += 1 }
        }
        for member in workspace.members { counts.add(capabilities(of: member, roles), times: 1) }
        for runner in workspace.runners where isCounted(runner) { counts.runners += 1 }
        return counts
    }
}

extension MetricCounts {
    /// Adds a member's contribution to the metrics that count people.
    ///
    /// - Parameter times: 1 to add the member, -1 to remove it.
    package mutating func add(_ capabilities: MemberCapabilities, times: Int) {
        if capabilities.contains(.editsWorkflows) { workflowEditors += times }
        if capabilities.contains(.operatesCases) { caseOperators += times }
    }
}

/// What a member may do, or a role permits, as far as metrics depend on it.
package struct MemberCapabilities: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let editsWorkflows = MemberCapabilities(rawValue: 1)
    package static let operatesCases = MemberCapabilities(rawValue: 2)
    package static let owns = MemberCapabilities(rawValue: 4)
}

/// The capabilities of an organization's workspace roles.
package struct RoleBook: Sendable, Equatable {
    package let definitions: MetricDefinitions
    private var roles: [ExactText: MemberCapabilities] = [:]

    package init(_ definitions: MetricDefinitions = MetricDefinitions()) { self.definitions = definitions }

    package func isKnown(_ id: String) -> Bool { roles[ExactText(id)] != nil }

    package func capabilities(of id: String) -> MemberCapabilities { roles[ExactText(id)] ?? [] }

    package mutating func add(_ id: String, scopes: some Sequence<String>) {
        roles[ExactText(id)] = definitions.capabilities(ofRole: id, scopes: scopes)
    }
}
