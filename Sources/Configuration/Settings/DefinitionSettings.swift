package import SettingDeclarations

/// The definitions of an organization's metrics, as far as they can be changed.
public struct DefinitionSettings: Sendable, Hashable {
    public let editorScopes: [String]
    public let operatorScopes: [String]
    public let ownerRole: String
}

extension DefinitionSettings: Section {
    private static func scopes(_ name: String, _ scope: String, _ meaning: String) -> Setting<[String]> {
        Setting(
            name, .list(of: .text("a scope", example: scope)), .byDefault("[\"\(scope)\"]"),
            "Members are \(meaning) if one of their roles has one of these scopes. A change recounts the organization.")
    }

    static let editorScopes = scopes("editor_scopes", "playbook.write", "workflow editors")
    static let operatorScopes = scopes("operator_scopes", "cm.case.write", "case operators")
    static let ownerRole = Setting(
        "owner_role", .text("a role's id", example: "owner"), .byDefault("\"owner\""),
        "The id of the inventory role whose members are owners of their workspace.")

    package static let settings = [
        DeclaredSetting(editorScopes), DeclaredSetting(operatorScopes), DeclaredSetting(ownerRole),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = DefinitionSettings
        guard let editorScopes = members[S.editorScopes], let operatorScopes = members[S.operatorScopes],
            let ownerRole = members[S.ownerRole]
        else { return nil }
        (self.editorScopes, self.operatorScopes, self.ownerRole) = (editorScopes, operatorScopes, ownerRole)
    }
}
