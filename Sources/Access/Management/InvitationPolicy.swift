public import Invitations

/// The limits and delivery of managers' invitations, from the configuration.
public struct InvitationPolicy: Sendable {
    let rules: InvitationRules
    let lifetime: Duration
    let perDay: Int
    let sendsEmail: Bool

    /// - Parameters:
    ///   - rules: the rules in force when an invitation is sent.
    ///   - lifetime: how long a link works.
    ///   - perDay: the number of invitations that each organization may send in 24 hours.
    ///   - sendsEmail: whether links are sent by email; otherwise the manager receives them.
    public init(rules: InvitationRules, lifetime: Duration, perDay: Int, sendsEmail: Bool) {
        self.rules = rules
        self.lifetime = lifetime
        self.perDay = perDay
        self.sendsEmail = sendsEmail
    }
}
