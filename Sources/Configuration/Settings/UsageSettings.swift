package import SettingDeclarations
internal import Time

/// How usage history is kept.
public struct UsageSettings: Sendable, Hashable {
    /// The time for which daily figures are kept.
    public let retention: Duration

    /// The retention in days; a part of a day counts as a day.
    public var retentionDays: Int { Int((retention.components.seconds + 86399) / 86400) }
}

extension UsageSettings: Section {
    static let retention = Setting(
        "retention", .duration(in: .seconds(86400) ... .seconds(36500 * 86400)), .byDefault("\"760d\""),
        "How long daily figures are kept. The last figure before that time is kept too, so that an unchanged figure "
            + "never disappears.")

    package static let settings = [DeclaredSetting(retention)]

    package init?(_ members: SectionMembers) {
        guard let retention = members[UsageSettings.retention] else { return nil }
        self.retention = retention
    }
}
