internal import ClaimMapping
internal import Organizations

/// One row as the file has it.
struct ClaimMappingSettings: Sendable {
    let claimName: String
    let claimValue: String
    let match: Match
    let role: Role
}

extension ClaimMappingSettings: Section {
    static let claimName = Setting(
        "claim_name", .text("the name of a claim", example: "groups"), .required,
        "The name of a top-level claim; or a JSON Pointer (RFC 6901), if it begins with / and no claim has that name.")
    static let claimValue = Setting(
        "claim_value", .text("the claim's value as a string", example: "soc-leads"), .optional,
        "The value that the claim, or one of its elements, must have. Required unless match is exists.")
    static let match = Setting(
        "match", .choice("how the value is compared") as SettingKind<Match>, .byDefault("\"equals\""),
        "equals: the same value; glob: a pattern for the whole value, with * and ?; exists: present and not null.")
    static let role = Setting(
        "role", .choice("a role") as SettingKind<Role>, .required, "The role that the rule gives.")

    static let settings = [
        DeclaredSetting(claimName), DeclaredSetting(claimValue), DeclaredSetting(match), DeclaredSetting(role),
    ]

    init?(_ members: SectionMembers) {
        typealias S = ClaimMappingSettings
        if members[S.match] == .exists, members.has(S.claimValue) {
            members.fault(S.claimValue, "has no meaning where match is \"exists\": leave it out")
        } else if let match = members[S.match], match != .exists, !members.has(S.claimValue) {
            members.fault(S.claimValue, "is required unless match is \"exists\"")
        }
        guard let claimName = members[S.claimName], let match = members[S.match], let role = members[S.role] else {
            return nil
        }
        (self.claimName, self.match, self.role) = (claimName, match, role)
        claimValue = members[S.claimValue] ?? ""
    }
}
