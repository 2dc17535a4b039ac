public import ClaimMapping
public import Organizations
internal import Tokens

/// A tenant as the file declares it.
public struct OrganizationSettings: Sendable {
    public let id: OrganizationID
    /// For people; the id where the file gives none.
    public let name: String
    /// Ids of ``ProviderSettings`` whose tokens can earn a role here.
    public let providers: [String]
    public let strategy: ClaimStrategy
    /// The file's rows, by rank from 1, with ids `file:RANK`.
    public let mappings: [Mapping]
    public let license: LicenseSettings

    /// What the organization asks of tokens, as far as the file says.
    public var rules: OrganizationRules {
        OrganizationRules(id: id, providers: providers, strategy: strategy, mappings: mappings)
    }
}

extension OrganizationSettings: Section {
    static let id = Setting(
        "id", .organizationID, .required, "The organization's name in paths and storage; it never changes.")
    static let name = Setting(
        "name", .text("a name", example: "Acme Corporation"), .optional, "The name that people see; default: the id.")
    static let providers = Setting(
        "providers", .list(of: .text("a provider's id", example: "acme-okta")), .byDefault("[]"),
        "The providers whose tokens can earn a role here, and no others.")
    static let claimStrategy = Setting(
        "claim_strategy", .choice("how rows decide") as SettingKind<ClaimStrategy>, .byDefault("\"first_match\""),
        "The first row that matches decides, or of all that match the highest role.")
    static let claimMappings = Setting(
        "claim_mappings", .sections() as SettingKind<[ClaimMappingSettings]>, .byDefault("[]"),
        "Rows from claims to roles, tried in this order; they come before those that managers add.")
    static let license = Setting(
        "license", .section as SettingKind<LicenseSettings>, .byDefault("{}"),
        "What the organization is entitled to; shown beside what it uses. What is not given is not limited.")

    static let settings = [
        DeclaredSetting(id), DeclaredSetting(name), DeclaredSetting(providers), DeclaredSetting(claimStrategy),
        DeclaredSetting(claimMappings), DeclaredSetting(license),
    ]

    init?(_ members: SectionMembers) {
        typealias S = OrganizationSettings
        guard let id = members[S.id], let providers = members[S.providers], let strategy = members[S.claimStrategy],
            let rows = members[S.claimMappings], let license = members[S.license]
        else { return nil }
        self.id = id
        name = members[S.name] ?? id.text
        (self.providers, self.strategy, self.license) = (providers, strategy, license)
        mappings = rows.enumerated().map { index, row in
            Mapping(
                id: "file:\(index + 1)", rank: index + 1, claimName: row.claimName, match: row.match,
                claimValue: row.claimValue, split: row.split, role: row.role)
        }
    }
}
