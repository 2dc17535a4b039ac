package import SettingDeclarations

/// Limits that an operator may change.
public struct LimitSettings: Sendable, Hashable {
    /// The maximum size of an inventory document, in bytes.
    public let inventoryBody: Int
    /// The memory, in bytes, above which metrics that were not used for a while are given up.
    public let metricsMemory: Int
}

extension LimitSettings: Section {
    static let inventoryBody = Setting(
        "inventory_body", .size(in: 1 << 10...1 << 40), .byDefault("\"1GiB\""),
        "The maximum size of an inventory document. Every other request body has at most 1 MiB.")

    static let metricsMemory = Setting(
        "metrics_memory", .size(in: 1 << 20...1 << 40), .byDefault("\"512MiB\""),
        "The memory for organizations' metrics. Above it, those that were not used for a while are read from storage "
            + "again at their next use.")

    package static let settings = [DeclaredSetting(inventoryBody), DeclaredSetting(metricsMemory)]

    package init?(_ members: SectionMembers) {
        guard let inventoryBody = members[LimitSettings.inventoryBody],
            let metricsMemory = members[LimitSettings.metricsMemory]
        else { return nil }
        (self.inventoryBody, self.metricsMemory) = (inventoryBody, metricsMemory)
    }
}
