extension Command {
    /// Every command, in the order of the overview. A new command needs a file in this folder and a line in this list.
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
        upstreamExplain,
        migrate,
        storeCopy,
        configReference,
        configSchema,
        recipe,
        version,
    ]

    /// Returns the command that the words begin with, or nil.
    static func named(by words: ArraySlice<String>) -> Command? {
        let words = words.first == "--version" ? ["version"] : words
        return all.first { words.starts(with: $0.path) }
    }
}
