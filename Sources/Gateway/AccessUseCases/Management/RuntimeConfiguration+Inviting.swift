internal import Endpoints
package import Identities
package import Invitations
package import RuntimeConfiguration

extension RuntimeConfiguration {
    /// An invitation's link.
    package func link(_ token: InvitationToken) -> String { token.link(at: publicURL) }

    /// The fault of an address that may not be invited; nil if it may.
    package func fault(of address: InvitedAddress) -> String? {
        mayInvite(address) ? nil : Problem.domainFault(invitableDomains)
    }

    /// The fault of a role that invitations may not give; nil if they may.
    package static func fault(ofInviting role: Role) -> String? {
        InvitationRules.allow(role)
            ? nil : "cannot be given by invitation: a party that is counted must not supply the counts"
    }
}
