/// The license limits of an organization; nil for unlimited.
public struct LicenseSettings: Sendable, Hashable {
    public let workflows: Int?
    public let nestedWorkflows: Int?
    public let workflowEditors: Int?
    public let caseOperators: Int?
    public let runners: Int?
}

extension LicenseSettings: Section {
    private static func entitlement(_ name: String, _ meaning: String) -> Setting<Int> {
        Setting(
            name, .integer(in: 0...1_000_000_000), .optional, example: "100",
            "The licensed number of \(meaning).")
    }

    static let workflows = entitlement("workflows", "billed workflows")
    static let nestedWorkflows = entitlement("nested_workflows", "nested workflows")
    static let workflowEditors = entitlement("workflow_editors", "members who may edit workflows")
    static let caseOperators = entitlement("case_operators", "members who may work on cases")
    static let runners = entitlement("runners", "self-hosted step runners")

    static let settings = [workflows, nestedWorkflows, workflowEditors, caseOperators, runners].map {
        DeclaredSetting($0)
    }

    init?(_ members: SectionMembers) {
        typealias S = LicenseSettings
        (workflows, nestedWorkflows) = (members[S.workflows], members[S.nestedWorkflows])
        (workflowEditors, caseOperators) = (members[S.workflowEditors], members[S.caseOperators])
        runners = members[S.runners]
    }
}
