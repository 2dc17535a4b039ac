internal import ClaimMapping
internal import JSON
internal import SettingDeclarations
internal import Text

/// A condition on one claim, as claim mappings and access rules of upstreams write it.
struct ClaimConditionSettings: Sendable {
    let condition: ClaimCondition
}

extension ClaimConditionSettings: Section {
    static let claimName = Setting(
        "claim_name", .text("the name of a claim", example: "groups"), .required,
        "The name of a top-level claim; or a JSON Pointer (RFC 6901), if it begins with / and no claim has that name. A "
            + "reference token * matches every element of an array.")
    static let claimValue = Setting(
        "claim_value", .text("the claim's value as a string", example: "soc-leads"), .optional,
        "The value that the claim, or one of its elements, must have. Required unless match is exists.")
    static let match = Setting(
        "match", .choice("how the value is compared") as SettingKind<Match>, .byDefault("\"equals\""),
        "equals: the same value; glob: a pattern for the whole value, with * and ?; exists: present and not null.")
    static let split = Setting(
        "split", .separator, .optional,
        "Splits a string into values before matching; white space around them is removed.")

    package static let settings = [
        DeclaredSetting(claimName), DeclaredSetting(claimValue), DeclaredSetting(match), DeclaredSetting(split),
    ]

    package init?(_ members: SectionMembers) {
        typealias S = ClaimConditionSettings
        if members[S.match] == .exists, members.has(S.claimValue) {
            members.fault(S.claimValue, "has no meaning if match is \"exists\": leave it out")
        } else if let match = members[S.match], match != .exists, !members.has(S.claimValue) {
            members.fault(S.claimValue, "is required unless match is \"exists\"")
        }
        S.checkSplit(members)
        if let name = members[S.claimName], Mapping.isEmail(name), let value = members[S.claimValue],
            DomainHint.isNeeded(forAddress: value)
        {
            members.fault(S.claimValue, DomainHint.text)
        }
        guard let claimName = members[S.claimName], let match = members[S.match] else { return nil }
        condition = ClaimCondition(
            claimName: claimName, match: match, claimValue: members[S.claimValue] ?? "", split: members[S.split])
    }

    private static func checkSplit(_ members: SectionMembers) {
        guard members.has(split) else { return }
        if members[match] == .exists {
            members.fault(split, "has no meaning if match is \"exists\": leave it out")
        }
        if let name = members[claimName], Mapping.isEmail(name) {
            members.fault(split, "has no meaning for an email address: leave it out")
        }
    }
}

extension SettingKind<Unicode.Scalar> {
    /// One character, which may be a space.
    fileprivate static var separator: SettingKind {
        let noun = "exactly one character, such as \",\" or \" \""
        return SettingKind(
            noun, good: ["\",\"", "\" \"", "\";\"", #""\t""#], wrong: ["7", "null", "\"\"", "\", \"", #""\u0000""#],
            schema: { writer in
                writer.member("type", "string")
                writer.member("minLength", 1)
                writer.member("maxLength", 1)
            },
            convert: { (value) throws(SettingError) -> Unicode.Scalar in
                guard let scalar = value.string.flatMap(Mapping.separator), scalar.value != 0 else {
                    throw SettingError("must be \(noun)")
                }
                return scalar
            })
    }
}
