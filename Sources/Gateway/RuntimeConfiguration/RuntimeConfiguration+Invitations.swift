internal import Configuration
package import Invitations
package import Management

extension RuntimeConfiguration {
    /// The addresses that may be invited.
    package var invitationRules: InvitationRules { invitations.rules }

    /// The policy for the invitations of a request that began under this configuration.
    ///
    /// - Parameter current: the configuration in force, whose rules decide which addresses may be invited.
    package func invitationPolicy(current: RuntimeConfiguration) -> InvitationPolicy {
        InvitationPolicy(
            rules: current.invitations.rules, lifetime: invitations.lifetime, perDay: invitations.perDay,
            sendsEmail: sendsEmail)
    }

    /// How long an invitation's link works.
    package var invitationLifetime: Duration { invitations.lifetime }

    /// Whether invitations are sent by email; otherwise their links are shown.
    package var sendsEmail: Bool { mail != nil }
}
