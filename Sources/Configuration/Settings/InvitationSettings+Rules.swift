public import Invitations

extension InvitationSettings {
    /// The addresses and roles that may be invited.
    public var rules: InvitationRules { InvitationRules(allowedDomains: allowedDomains) }
}
