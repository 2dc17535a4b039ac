public import ClaimMapping
public import Identities

/// The access that the claims of a user's last sign-in earn in an organization, without grants and suspensions. It is
/// stored with the sign-in, so that lists do not evaluate all users per request.
public struct EarnedAccess: Sendable, Hashable {
    /// The tag of the rules under which the claims were evaluated; under other rules they must be evaluated again.
    public let rules: RulesTag
    /// The mapped role. Nil if the claims earn none, cannot be opened, or came through a provider that the organization
    /// does not list.
    public let role: Role?
    /// The id of the rule that decided.
    public let mapping: String?
    /// The address that counts as verified under these rules.
    public let verifiedEmail: EmailAddress?

    /// Whether there may be a verified address that is not known. It is not stored, so it is false for stored access.
    public let isEmailUnknown: Bool

    public init(
        rules: RulesTag, role: Role?, mapping: String?, verifiedEmail: EmailAddress?, isEmailUnknown: Bool = false
    ) {
        self.rules = rules
        self.role = role
        self.mapping = mapping
        self.verifiedEmail = verifiedEmail
        self.isEmailUnknown = isEmailUnknown
    }
}
