public import Identities
internal import Text

/// An address and a role that may be invited under a deployment's rules. Every invitation begins with one.
public struct InvitationDraft: Sendable, Hashable {
    public let address: InvitedAddress
    public let role: Role

    /// - Parameters:
    ///   - email: the address as it was entered.
    ///   - role: the role's id as it was entered.
    /// - Throws: everything that is wrong with the address and the role.
    public init(email: String, role: String, under rules: InvitationRules) throws(InvitationDraftError) {
        let (address, parsed) = (InvitedAddress(email), Role(exactly: role))
        let error = InvitationDraftError(
            address: InvitationDraft.issue(with: address, email, under: rules),
            role: InvitationDraft.issue(with: parsed))
        guard let address, let parsed, error.isEmpty else { throw error }
        (self.address, self.role) = (address, parsed)
    }

    init(_ address: InvitedAddress, _ role: Role) {
        (self.address, self.role) = (address, role)
    }

    static func issue(
        with address: InvitedAddress?, _ email: String, under rules: InvitationRules
    ) -> InvitationDraftError.AddressIssue? {
        guard let address else { return DomainHint.isNeeded(forAddress: email) ? .domainNotASCII : .notAnAddress }
        // No email reaches a domain without a dot from outside (RFC 7085): it is nearly always cut short.
        guard address.email.domain.holds(".") else { return .domainIncomplete }
        return rules.allow(address) ? nil : .domainNotAllowed(allowed: rules.allowedDomains)
    }

    /// Returns the role of an id as it was entered.
    ///
    /// - Throws: the reason why invitations cannot give the role.
    public static func role(_ text: String) throws(InvitationDraftError) -> Role {
        let role = Role(exactly: text)
        let error = InvitationDraftError(address: nil, role: issue(with: role))
        guard let role, error.isEmpty else { throw error }
        return role
    }

    private static func issue(with role: Role?) -> InvitationDraftError.RoleIssue? {
        guard let role else { return .unknown }
        return InvitationRules.allow(role) ? nil : .notByInvitation
    }
}

/// What is wrong with an address and a role; at least one of both is set.
public struct InvitationDraftError: Error, Sendable, Hashable {
    /// The reason why an address cannot be invited.
    public enum AddressIssue: Sendable, Hashable {
        case notAnAddress
        /// The domain has no dot.
        case domainIncomplete
        /// The domain has letters outside ASCII.
        case domainNotASCII
        /// - Parameter allowed: the domains that may be invited.
        case domainNotAllowed(allowed: [String])
    }

    /// The reason why invitations cannot give a role.
    public enum RoleIssue: Sendable, Hashable {
        /// No role has this id.
        case unknown
        /// Only the configuration and the operator give the role.
        case notByInvitation
    }

    /// Nil if the address may be invited.
    public let address: AddressIssue?
    /// Nil if the role may be given.
    public let role: RoleIssue?

    fileprivate var isEmpty: Bool { if case (nil, nil) = (address, role) { true } else { false } }
}

extension InvitationDraftError.AddressIssue {
    /// One sentence for the user who entered the address.
    public var text: String {
        switch self {
        case .notAnAddress: "The address must be an email address such as name@example.com."
        case .domainIncomplete:
            "This isn't a full address: the part after @ needs a domain, such as acme.example."
        case .domainNotASCII: DomainHint.sentence
        case .domainNotAllowed(let allowed):
            "The address is not in an allowed domain. Allowed domains: \(allowed.joined(separator: ", "))."
        }
    }
}

extension InvitationDraftError.RoleIssue {
    /// One sentence for the user who entered the role.
    public var text: String {
        switch self {
        case .unknown:
            "The role must be \(Role.manager.rawValue) or \(Role.viewer.rawValue)."
        case .notByInvitation:
            "Invitations cannot give this role: a party that is counted must not supply the counts."
        }
    }
}
