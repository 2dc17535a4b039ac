package import SettingDeclarations

/// The limits of managers' invitations.
public struct InvitationSettings: Sendable, Hashable {
    public let lifetime: Duration
    /// The maximum number of invitations per organization and day.
    public let perDay: Int
    /// Domains in lower case; empty if every domain is allowed.
    public let allowedDomains: [String]

    public init(lifetime: Duration, perDay: Int, allowedDomains: [String]) {
        self.lifetime = lifetime
        self.perDay = perDay
        self.allowedDomains = allowedDomains
    }
}

extension InvitationSettings: Section {
    static let lifetime = Setting(
        "lifetime", .duration(in: .seconds(60) ... .seconds(365 * 86400)), .byDefault("\"7d\""),
        "How long an invitation's link is valid.")
    static let perDay = Setting(
        "per_day", .integer(in: 0...1_000_000), .byDefault("50"),
        "The maximum number of invitations per organization and day."
    )
    static let allowedDomains = Setting(
        "allowed_domains", .list(of: .domain), .byDefault("[]"),
        "The email domains that may be invited; empty: all.")

    package static let settings = [DeclaredSetting(lifetime), DeclaredSetting(perDay), DeclaredSetting(allowedDomains)]

    package init?(_ members: SectionMembers) {
        guard let lifetime = members[InvitationSettings.lifetime], let perDay = members[InvitationSettings.perDay],
            let domains = members[InvitationSettings.allowedDomains]
        else { return nil }
        (self.lifetime, self.perDay, allowedDomains) = (lifetime, perDay, domains)
    }
}
