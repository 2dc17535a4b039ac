public import Identities
public import Inventory
public import InventoryStore

/// What the configuration says about metrics. A reload publishes new settings to the store.
public struct MetricsSettings: Sendable {
    /// One organization's settings.
    public struct Organization: Sendable, Hashable {
        public var definitions: MetricDefinitions
        public var license: License

        public init(definitions: MetricDefinitions = MetricDefinitions(), license: License = License()) {
            self.definitions = definitions
            self.license = license
        }
    }

    /// The number of days for which history is kept.
    public var retentionDays: Int
    /// The memory, in bytes, above which unused snapshots are given up.
    public var memory: Int
    private let organizations: [OrganizationID: Organization]

    public init(
        _ organizations: [OrganizationID: Organization] = [:], retentionDays: Int = 760, memory: Int = 512 << 20
    ) {
        self.organizations = organizations
        self.retentionDays = retentionDays
        self.memory = memory
    }

    /// The settings of an organization; the defaults for one that the configuration does not name.
    public subscript(organization: OrganizationID) -> Organization { organizations[organization] ?? Organization() }
}
