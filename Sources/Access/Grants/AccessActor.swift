internal import ClaimMapping
public import Databases
public import Identities
internal import Policy
public import Time
public import Tokens

/// A session or token whose validity is checked again inside a transaction. The content of a request may take minutes
/// to arrive, and the session or token may end before that.
public protocol ActorCredential: Sendable {
    /// The current claims; a renewal of the session may have replaced those of the request.
    var currentClaims: VerifiedClaims { get }

    /// Returns true if the session has not ended, or the token is still valid.
    func isValid(at moment: Timestamp, _ transaction: Transaction) throws(DatabaseError) -> Bool
}

/// The user or machine that makes a change, and the permission that the change requires. Both are checked again inside
/// the change's transaction.
public struct AccessActor: Sendable {
    public let credential: any ActorCredential
    public let permission: Permission
    /// Whether the actor confirmed that their own role may be lost.
    public let isConfirmed: Bool

    public init(_ credential: any ActorCredential, permission: Permission, isConfirmed: Bool = false) {
        self.credential = credential
        self.permission = permission
        self.isConfirmed = isConfirmed
    }

    /// Returns the actor's current role. Refused if the credential has ended, or the permission is gone.
    func check(
        in organization: OrganizationID, under current: CurrentRules, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Result<ActorRole, AccessRefusal> {
        guard try credential.isValid(at: moment, transaction) else { return .failure(.signedOut) }
        let standing = try standing(in: organization, under: current, transaction)
        guard let standing, standing.permissions.contains(permission) else {
            return .failure(.notPermitted(isMember: standing?.role != nil))
        }
        return .success(ActorRole(actor: self, organization: organization, before: standing.role, rules: current))
    }

    /// Returns the access from the actor's current claims, grants and suspensions. Returns nil if the organization is
    /// not configured, or if the actor is or could be suspended.
    fileprivate func standing(
        in organization: OrganizationID, under current: CurrentRules, _ transaction: Transaction
    ) throws(DatabaseError) -> Standing? {
        let claims = credential.currentClaims
        guard let rules = current.rules.rules(of: organization, with: current.stored) else { return nil }
        let trust = current.rules.emailTrust(of: claims.provider)
        let isSuspended = try AccessStore.isSuspended(
            try AccessStore.id(of: claims.identity), trust.verifiedEmail(of: claims.known), in: organization,
            transaction)
        guard !isSuspended else { return nil }
        // The unknown address could be a suspended one.
        if trust.isVerifiedEmailUnknown(of: claims.known),
            try AccessStore.suspendsAddresses(in: organization, transaction)
        {
            return nil
        }
        let grants = try AccessStore.grants(of: claims.identity, in: organization, transaction)
        return Entitlement(of: claims, in: rules, emailTrust: trust, grants: grants.map(\.role)).standing
    }
}

/// The rules in force inside a transaction: those of the configuration, and an organization's stored ones.
struct CurrentRules: Sendable {
    let settings: AccessSettings
    let stored: PreparedRules

    var rules: AccessRules { settings.rules }
}

/// The role of the actor before a change, with the rules in force.
public struct ActorRole: Sendable {
    fileprivate let actor: AccessActor
    fileprivate let organization: OrganizationID
    fileprivate let before: Role?
    let rules: CurrentRules

    fileprivate init(actor: AccessActor, organization: OrganizationID, before: Role?, rules: CurrentRules) {
        self.actor = actor
        self.organization = organization
        self.before = before
        self.rules = rules
    }

    /// Returns true if the change removed or lowered the role, and the actor has not confirmed that.
    ///
    /// - Parameter stored: the stored rules after the change, if it changed them.
    func isLost(under stored: PreparedRules? = nil, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        guard !actor.isConfirmed, let before else { return false }
        let after = CurrentRules(settings: rules.settings, stored: stored ?? rules.stored)
        let role = try actor.standing(in: organization, under: after, transaction)?.role
        return role.map { $0 < before } ?? true
    }
}
