public import Identities
public import Invitations

extension InvitationDraft {
    /// An address of any domain, with a role that invitations may give.
    public init(_ email: String, as role: Role) throws(InvitationDraftError) {
        try self.init(email: email, role: role.rawValue, under: InvitationRules(allowedDomains: []))
    }
}
