public import ClaimMapping
public import Identities
package import SettingDeclarations
internal import Tokens

/// The settings of one organization.
public struct OrganizationSettings: Sendable {
    public let id: OrganizationID
    /// The display name; the id if the file sets none.
    public let name: String
    /// Ids of ``ProviderSettings`` whose tokens can earn a role in this organization.
    public let providers: [ProviderID]
    public let strategy: ClaimStrategy
    /// The file's rules, by rank from 1, with ids `file:RANK`.
    public let mappings: [Mapping]
    public let license: LicenseSettings
    public let metrics: DefinitionSettings

    /// The organization's claim mappings, from the file only.
    public var rules: OrganizationRules {
        OrganizationRules(id: id, providers: providers, strategy: strategy, mappings: mappings)
    }
}

extension OrganizationSettings: Section {
    static let id = Setting(
        "id", .organizationID, .required, "The organization's id in paths and storage; it must not change.")
    static let name = Setting(
        "name", .text("a name", example: "Acme Corporation"), .optional, "The name that users see; default: the id.")
    static let providers = Setting(
        "providers", .list(of: .text("a provider's id", example: "acme-okta")), .byDefault("[]"),
        "The ids of the providers whose tokens can earn a role here; tokens of other providers never do.")
    static let claimStrategy = Setting(
        "claim_strategy", .choice("how rules decide") as SettingKind<ClaimStrategy>, .byDefault("\"first_match\""),
        "first_match: the first matching rule decides; highest_role: the highest role of all matching rules is given."
    )
    static let claimMappings = Setting(
        "claim_mappings", .sections() as SettingKind<[ClaimMappingSettings]>, .byDefault("[]"),
        "Rules that map claims to roles, evaluated in this order, before the rules that managers add.")
    static let license = Setting(
        "license", .section as SettingKind<LicenseSettings>, .byDefault("{}"),
        "The organization's license, shown beside its usage. An omitted limit is unlimited.")
    static let metrics = Setting(
        "metrics", .section as SettingKind<DefinitionSettings>, .byDefault("{}"), "How members are counted.")

    package static let settings = [
        DeclaredSetting(id), DeclaredSetting(name), DeclaredSetting(providers), DeclaredSetting(claimStrategy),
        DeclaredSetting(claimMappings), DeclaredSetting(license), DeclaredSetting(metrics),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = OrganizationSettings
        guard let id = members[S.id], let providers = members[S.providers], let strategy = members[S.claimStrategy],
            let rows = members[S.claimMappings], let license = members[S.license],
            let metrics = members[S.metrics]
        else { return nil }
        self.id = id
        name = members[S.name] ?? id.text
        // The checks of the file refuse an id that no provider has.
        self.providers = providers.compactMap { ProviderID($0) }
        (self.strategy, self.license, self.metrics) = (strategy, license, metrics)
        mappings = rows.enumerated().map { index, row in
            Mapping(id: "file:\(index + 1)", rank: index + 1, row.condition, role: row.role)
        }
    }
}
