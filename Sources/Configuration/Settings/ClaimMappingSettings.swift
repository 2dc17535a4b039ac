internal import ClaimMapping
internal import Identities
internal import SettingDeclarations

/// One claim mapping rule of the file.
struct ClaimMappingSettings: Sendable {
    let condition: ClaimCondition
    let role: Role
}

extension ClaimMappingSettings: Section {
    static let role = Setting(
        "role", .choice("a role") as SettingKind<Role>, .required, "The role that the rule gives.")

    package static let settings = ClaimConditionSettings.settings + [DeclaredSetting(role)]

    package init?(_ members: SectionMembers) {
        guard let condition = ClaimConditionSettings(members)?.condition, let role = members[ClaimMappingSettings.role]
        else { return nil }
        (self.condition, self.role) = (condition, role)
    }
}
