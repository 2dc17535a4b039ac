package import SettingDeclarations
internal import Time

/// The lifetimes of user sessions.
public struct SessionSettings: Sendable, Hashable {
    public let idle: Duration
    public let absolute: Duration
    public let revalidate: Duration
    public let claimsLifetime: Duration
}

extension SessionSettings: Section {
    private static let span: ClosedRange<Duration> = .seconds(10) ... .seconds(365 * 86400)

    static let idle = Setting(
        "idle", .duration(in: span), .byDefault("\"8h\""), "A session ends after this time without a request.")
    static let absolute = Setting(
        "absolute", .duration(in: span), .byDefault("\"24h\""),
        "A session ends at this time after the sign-in, even if it is in use."
    )
    static let revalidate = Setting(
        "revalidate", .duration(in: span), .byDefault("\"15m\""),
        "The interval at which sessions are renewed at the provider.")
    static let claimsLifetime = Setting(
        "claims_lifetime", .duration(in: span), .byDefault("\"1h\""),
        "How long claims are valid unconfirmed: the provider responds without confirming them, or there is no refresh "
            + "token. While the provider cannot be reached, the last verified claims count until absolute."
    )

    package static let settings = [
        DeclaredSetting(idle), DeclaredSetting(absolute), DeclaredSetting(revalidate), DeclaredSetting(claimsLifetime),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = SessionSettings
        guard let idle = members[S.idle], let absolute = members[S.absolute], let revalidate = members[S.revalidate],
            let claimsLifetime = members[S.claimsLifetime]
        else { return nil }
        if idle > absolute {
            if members.has(S.idle) {
                members.fault(S.idle, "must not be longer than absolute (\(absolute.configurationText))")
            } else {
                members.fault(S.absolute, "must not be shorter than idle (\(idle.configurationText))")
            }
        }
        (self.idle, self.absolute) = (idle, absolute)
        (self.revalidate, self.claimsLifetime) = (revalidate, claimsLifetime)
    }
}
