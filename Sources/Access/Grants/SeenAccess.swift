public import ClaimMapping
public import Identities

/// The access that the claims of a user's last sign-in earn in an organization, without grants and suspensions. It is
/// stored with the user, so that lists do not evaluate all users per request.
public struct SeenAccess: Sendable, Hashable {
    /// The tag of the rules under which the claims were evaluated; under other rules they have to be evaluated again.
    public let rules: RulesTag
    /// The mapped role. Nil if the claims earn none, cannot be opened, or came through a provider that the organization
    /// does not list.
    public let role: Role?
    /// The id of the rule that decided.
    public let mapping: String?
    /// The address that counts as verified under these rules, in lower case.
    public let verifiedEmail: String?

    /// Whether there may be a verified address that is not known. It is not stored: false for access that was.
    public let isEmailUnknown: Bool

    public init(
        rules: RulesTag, role: Role?, mapping: String?, verifiedEmail: String?, isEmailUnknown: Bool = false
    ) {
        self.rules = rules
        self.role = role
        self.mapping = mapping
        self.verifiedEmail = verifiedEmail
        self.isEmailUnknown = isEmailUnknown
    }
}

/// The functions that evaluate seen users, under the settings at the time of each call.
public struct PeopleRules: Sendable {
    /// Returns true if an organization lists a provider with this issuer.
    public let accepts: @Sendable (_ issuer: String, OrganizationID) -> Bool
    /// Returns true if users can sign in through a provider.
    public let isSignInPossible: @Sendable (_ provider: String) -> Bool
    /// Returns the tag of an organization's rules with these stored rules, or nil if it is not configured.
    public let tag: @Sendable (OrganizationID, MappingRows) -> RulesTag?
    /// Returns the access that a user's last claims earn with these stored rules; nil as for ``tag``.
    public let judge: @Sendable (PersonSeen, MappingRows) -> SeenAccess?

    public init(
        accepts: @escaping @Sendable (_ issuer: String, OrganizationID) -> Bool,
        isSignInPossible: @escaping @Sendable (_ provider: String) -> Bool,
        tag: @escaping @Sendable (OrganizationID, MappingRows) -> RulesTag?,
        judge: @escaping @Sendable (PersonSeen, MappingRows) -> SeenAccess?
    ) {
        self.accepts = accepts
        self.isSignInPossible = isSignInPossible
        self.tag = tag
        self.judge = judge
    }

    /// Returns a user's access under these rules: the stored access if it was computed under equal rules, otherwise a
    /// new evaluation.
    func access(of person: PersonSeen, under rows: MappingRows, tag: RulesTag?) -> SeenAccess? {
        if let known = person.access, known.rules == tag { return known }
        return judge(person, rows)
    }

    /// Returns the access of a user who can sign in and maps to manager under these rules; nil for others.
    func access(ofManager person: PersonSeen, under rows: MappingRows) -> SeenAccess? {
        guard isSignInPossible(person.provider), let access = judge(person, rows), access.role == .manager else {
            return nil
        }
        return access
    }
}
