public import Configuration
internal import Inventory
internal import InventoryStore
public import WorkspaceMetrics

extension MetricsSettings {
    /// Makes the settings of the metrics from a checked configuration.
    public init(_ settings: Settings) {
        let organizations = settings.organizations.map { organization in
            (
                organization.id,
                Organization(
                    definitions: MetricDefinitions(organization.metrics), license: License(organization.license))
            )
        }
        self.init(
            Dictionary(organizations, uniquingKeysWith: { first, _ in first }),
            retentionDays: settings.usage.retentionDays, memory: settings.limits.metricsMemory)
    }
}

extension MetricDefinitions {
    init(_ settings: DefinitionSettings) {
        self.init(
            editorScopes: settings.editorScopes, operatorScopes: settings.operatorScopes,
            ownerRole: settings.ownerRole)
    }
}

extension License {
    init(_ settings: LicenseSettings) {
        self.init()
        self[.workflows] = settings.workflows
        self[.nestedWorkflows] = settings.nestedWorkflows
        self[.workflowEditors] = settings.workflowEditors
        self[.caseOperators] = settings.caseOperators
        self[.runners] = settings.runners
        (near, notifies) = (settings.near, settings.notifies)
    }
}
