package import SettingDeclarations

/// The license limits of an organization; nil for unlimited.
public struct LicenseSettings: Sendable, Hashable {
    public let workflows: Int?
    public let nestedWorkflows: Int?
    public let workflowEditors: Int?
    public let caseOperators: Int?
    public let runners: Int?
    /// The used share from which a metric is near its limit, from 0 to 1.
    public let near: Double
    /// Whether managers get an email when a threshold is crossed.
    public let notifies: Bool
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

    static let near = Setting(
        "near", .number(in: 0...1), .byDefault("0.8"),
        "The used share of a license limit from which a metric counts as near its limit.")
    static let notify = Setting(
        "notify", .boolean, .byDefault("false"),
        "true: managers get an email when a metric comes near its license limit or exceeds it. Needs mail.")

    package static let settings =
        [workflows, nestedWorkflows, workflowEditors, caseOperators, runners].map { DeclaredSetting($0) } + [
            DeclaredSetting(near), DeclaredSetting(notify),
        ]

    package init?(_ members: SectionMembers) {
        typealias S = LicenseSettings
        guard let near = members[S.near], let notifies = members[S.notify] else { return nil }
        (workflows, nestedWorkflows) = (members[S.workflows], members[S.nestedWorkflows])
        (workflowEditors, caseOperators) = (members[S.workflowEditors], members[S.caseOperators])
        runners = members[S.runners]
        (self.near, self.notifies) = (near, notifies)
    }
}
