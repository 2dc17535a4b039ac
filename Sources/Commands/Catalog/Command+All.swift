extension Command {
    /// Every command, in the order of the overview. A new one is a file beside this one, and a line here.
    static let all: [Command] = [
        demo,
        serve,
        check,
        tokenVerify,
        tokenExplain,
        claimsExplain,
        inventoryImport,
        inventoryVerify,
        invitationCreate,
        invitationList,
        invitationResend,
        invitationRevoke,
        grantCreate,
        grantList,
        grantRevoke,
        auditExport,
        auditVerify,
        configReference,
        configSchema,
        version,
    ]

    /// The command that the words begin with.
    static func named(by words: ArraySlice<String>) -> Command? {
        let words = words.first == "--version" ? ["version"] : words
        return all.first { words.starts(with: $0.path) }
    }
}
