internal import ClaimMapping
internal import Cryptography
internal import Databases
public import Identities
internal import JSON
public import Policy
public import Time
public import Tokens

/// The last sign-in of a user to one organization: with a role there, or to accept an invitation to it.
public struct LastSignIn: Sendable {
    public let organization: OrganizationID
    public let id: IdentityID
    public let identity: Identity
    public let provider: ProviderID
    /// The verified address at the sign-in; nil if there is none.
    public let verifiedEmail: EmailAddress?
    /// The address as the provider sent it, verified or not.
    public let email: EmailAddress?
    /// The full name in the claims; nil if they state none.
    public let fullName: String?
    public let seenAt: Timestamp
    /// The claims of the sign-in, sealed for ``owner(of:)``.
    public let claims: [UInt8]
    /// The access that the claims earned at their last evaluation; nil if they were not evaluated yet.
    public let access: EarnedAccess?

    public init(
        organization: OrganizationID, id: IdentityID, identity: Identity, provider: ProviderID,
        verifiedEmail: EmailAddress?, email: EmailAddress?, seenAt: Timestamp, claims: [UInt8], access: EarnedAccess?,
        fullName: String? = nil
    ) {
        self.organization = organization
        self.id = id
        self.identity = identity
        self.provider = provider
        self.verifiedEmail = verifiedEmail
        self.email = email
        self.fullName = fullName
        self.seenAt = seenAt
        self.claims = claims
        self.access = access
    }

    /// Returns the context in which a user's claims are sealed.
    public static func owner(of id: IdentityID) -> [UInt8] { Array("person \(id.text)".utf8) }

    /// Returns true if both are the same sign-in, byte by byte. The access at the last evaluation may differ.
    func isSameSignIn(as other: LastSignIn) -> Bool {
        organization == other.organization && id == other.id && identity == other.identity
            && provider == other.provider && verifiedEmail == other.verifiedEmail && seenAt == other.seenAt
            && claims == other.claims
    }

    /// The name that lists show: the address, or the subject if there is none.
    public var name: String { email?.spelling ?? identity.subject.text }

    var texts: PersonTexts { PersonTexts(name: fullName, email: email, subject: identity.subject, id: id) }
}

/// The claims of a sign-in, sealed for the user. Every organization keeps the same bytes.
public struct SealedSignIn: Sendable {
    let id: IdentityID
    public let claims: VerifiedClaims
    let bytes: [UInt8]
    let email: EmailAddress?
    let verifiedEmail: EmailAddress?

    /// Seals claims. Returns nil if no sealing key is configured.
    ///
    /// - Parameter email: the address as the provider sent it, verified or not.
    public init?(_ claims: VerifiedClaims, email: EmailAddress?, under settings: AccessSettings) {
        guard let box = settings.box, let id = try? IdentityID(claims.identity),
            let bytes = try? claims.sealed(in: box, for: LastSignIn.owner(of: id))
        else { return nil }
        self.id = id
        self.claims = claims
        self.bytes = bytes
        self.email = email
        verifiedEmail = settings.rules.verifiedEmail(of: claims)
    }

    /// Returns the record of the sign-in for one organization, or nil if the organization is not configured.
    public func record(for organization: OrganizationID, under state: AccessState, at moment: Timestamp) -> LastSignIn?
    {
        state.rules(of: organization).map { rules in
            LastSignIn(
                organization: organization, id: id, identity: claims.identity, provider: claims.provider,
                verifiedEmail: verifiedEmail, email: email, seenAt: moment, claims: bytes,
                access: state.rules.earnedAccess(of: claims, under: rules), fullName: claims.payload.shownName)
        }
    }
}

extension AccessSettings {
    /// Opens the claims of a sign-in. Returns nil if they were sealed by a removed key, or for another user.
    public func claims(of signIn: LastSignIn) -> VerifiedClaims? {
        guard let box,
            let claims = try? VerifiedClaims(
                opening: signIn.claims, with: box, for: LastSignIn.owner(of: signIn.id))
        else { return nil }
        return claims
    }

    /// Evaluates the claims of a sign-in under an organization's rules. Returns nil if it is not configured.
    func evaluate(_ signIn: LastSignIn, with stored: PreparedRules) -> EarnedAccess? {
        evaluate(signIn, of: claims(of: signIn), with: stored)
    }

    /// Variant of ``evaluate(_:with:)`` for opened claims.
    ///
    /// - Parameter claims: nil if they cannot be opened.
    func evaluate(_ signIn: LastSignIn, of claims: VerifiedClaims?, with stored: PreparedRules) -> EarnedAccess? {
        guard let all = rules.rules(of: signIn.organization, with: stored) else { return nil }
        guard let claims else {
            return rules.accessWithoutClaims(signIn.verifiedEmail, in: signIn.organization, with: stored)
        }
        return rules.earnedAccess(of: claims, under: all)
    }
}

/// The stored knowledge of an organization about one identity.
public struct KnownIdentity: Sendable {
    public let identity: Identity
    public let verifiedEmails: Set<EmailAddress>
    /// The last sign-in; nil if the identity has not signed in yet.
    public let signIn: LastSignIn?
    public let grants: [Grant]

    package init(identity: Identity, verifiedEmails: Set<EmailAddress>, signIn: LastSignIn?, grants: [Grant]) {
        (self.identity, self.verifiedEmails, self.signIn, self.grants) = (identity, verifiedEmails, signIn, grants)
    }
}
