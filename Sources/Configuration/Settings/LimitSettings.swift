/// Limits that an operator may change.
public struct LimitSettings: Sendable, Hashable {
    /// The maximum size of an inventory document, in bytes.
    public let inventoryBody: Int
}

extension LimitSettings: Section {
    static let inventoryBody = Setting(
        "inventory_body", .size(in: 1 << 10...1 << 40), .byDefault("\"1GiB\""),
        "The maximum size of an inventory document. Every other request body has at most 1 MiB.")

    static let settings = [DeclaredSetting(inventoryBody)]

    init?(_ members: SectionMembers) {
        guard let inventoryBody = members[LimitSettings.inventoryBody] else { return nil }
        self.inventoryBody = inventoryBody
    }
}
