public import ClaimMapping
public import Organizations

/// What the claims of a person's last sign-in earn in an organization, without grants and suspensions; kept with the
/// person, so that lists do not judge all people at each request.
public struct SeenAccess: Sendable, Hashable {
    /// Names the rules under which the claims were judged; under other rules they have to be judged again.
    public let rules: RulesTag
    /// `nil` if the claims earn nothing, cannot be opened, or came through a provider that the organization does not list.
    public let role: Role?
    /// The deciding row's id.
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

/// By which people who were seen are judged: the settings of the moment when it is asked.
public struct PeopleRules: Sendable {
    /// Whether an organization lists a provider of an issuer.
    public let accepts: @Sendable (_ issuer: String, OrganizationID) -> Bool
    /// Whether people sign in at a provider.
    public let isSignInPossible: @Sendable (_ provider: String) -> Bool
    /// Names an organization's rules with these stored rows; `nil` for an organization that is not configured.
    public let tag: @Sendable (OrganizationID, MappingRows) -> RulesTag?
    /// What a person's last-seen claims earn with these stored rows; `nil` as for ``tag``.
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

    /// A person's access under these rows: as it is stored if it was judged under the same rules, otherwise judged now.
    func access(of person: PersonSeen, under rows: MappingRows, tag: RulesTag?) -> SeenAccess? {
        if let known = person.access, known.rules == tag { return known }
        return judge(person, rows)
    }

    /// The access of a person who can sign in and maps to manager under these rows; `nil` for others.
    func access(ofManager person: PersonSeen, under rows: MappingRows) -> SeenAccess? {
        guard isSignInPossible(person.provider), let access = judge(person, rows), access.role == .manager else {
            return nil
        }
        return access
    }
}
