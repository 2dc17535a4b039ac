public import ClaimMapping
public import Databases
public import Identities
internal import Snapshots
public import Time

/// An identity that makes a change, and its permission. Both are checked again inside the change's transaction: the
/// body of a request may take minutes to arrive, and the role, session or token may end meanwhile.
public struct ActingIdentity: Sendable {
    /// The role and permissions of an identity at one moment.
    public typealias Rights = (role: Role?, permissions: Permissions)

    let issuer: String
    let subject: String
    let permission: Permission
    let isConfirmed: Bool
    private let isSignedIn: @Sendable (Timestamp, Transaction) throws(DatabaseError) -> Bool
    private let verifiedEmail: @Sendable () -> String?
    private let isEmailUnknown: @Sendable () -> Bool
    private let earned: @Sendable (MappingRows, [Role]) -> Rights

    /// - Parameters:
    ///   - permission: the permission that the change requires.
    ///   - isConfirmed: whether the caller confirmed that their own role may be lost.
    ///   - isSignedIn: whether the caller's session or token is still valid.
    ///   - verifiedEmail: in lower case; evaluated under the settings at the time of the call.
    ///   - isEmailUnknown: whether the caller may have a verified address that is unknown; evaluated likewise.
    ///   - earned: the rights that the caller's claims earn under these stored rules and grants, without suspensions;
    ///     evaluated likewise.
    public init(
        issuer: String, subject: String, permission: Permission, isConfirmed: Bool,
        isSignedIn: @escaping @Sendable (Timestamp, Transaction) throws(DatabaseError) -> Bool,
        verifiedEmail: @escaping @Sendable () -> String?, isEmailUnknown: @escaping @Sendable () -> Bool,
        earned: @escaping @Sendable (MappingRows, [Role]) -> Rights
    ) {
        self.issuer = issuer
        self.subject = subject
        self.isSignedIn = isSignedIn
        self.verifiedEmail = verifiedEmail
        self.isEmailUnknown = isEmailUnknown
        self.permission = permission
        self.isConfirmed = isConfirmed
        self.earned = earned
    }

    /// Returns the identity's current rights. Refused if it is no longer signed in, or no longer has the permission.
    func check(
        in organization: OrganizationID, under rows: MappingRows, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) -> Result<Rights, AccessRefusal> {
        guard try isSignedIn(moment, transaction) else { return .failure(.signedOut) }
        let rights = try rights(in: organization, under: rows, transaction)
        guard rights.permissions.contains(permission) else {
            return .failure(.notPermitted(isMember: rights.role != nil))
        }
        return .success(rights)
    }

    func rights(
        in organization: OrganizationID, under rows: MappingRows, _ transaction: Transaction
    ) throws(DatabaseError) -> Rights {
        guard try !AccessStore.isSuspended(issuer, subject, verifiedEmail(), in: organization, transaction) else {
            return (nil, [])
        }
        // The unknown address could be a suspended one.
        if isEmailUnknown(), try AccessStore.suspendsAddresses(in: organization, transaction) { return (nil, []) }
        let grants = try AccessStore.grants(of: issuer, subject, in: organization, transaction)
        return earned(rows, grants.map(\.role))
    }
}

/// The role of the acting identity before its change.
struct OwnRole {
    fileprivate let identity: ActingIdentity
    fileprivate let organization: OrganizationID
    fileprivate let before: Role?
    let rows: MappingRows

    /// Returns true if the change removed or lowered the role, and the identity has not confirmed that.
    ///
    /// - Parameter rows: the rules after the change, if it changed them.
    func isLost(under rows: MappingRows? = nil, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        guard !identity.isConfirmed, let before else { return false }
        let after = try identity.rights(in: organization, under: rows ?? self.rows, transaction).role
        return after.map { $0 < before } ?? true
    }
}

extension AccessStore {
    /// Runs one transaction on behalf of an identity. Refused if the identity no longer has the permission.
    func change<Value: Sendable>(
        by identity: ActingIdentity, in organization: OrganizationID,
        _ body:
            @escaping @Sendable (OwnRole, Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let snapshots = snapshots
        return try await change { moment, transaction throws(DatabaseError) in
            // Every change that was reported as committed is published. A change in the current batch of writes counts
            // as simultaneous.
            let rows = snapshots.read().value.mappings(of: organization)
            switch try identity.check(in: organization, under: rows, at: moment, transaction) {
            case .failure(let refusal): return .refused(refusal)
            case .success(let rights):
                let own = OwnRole(identity: identity, organization: organization, before: rights.role, rows: rows)
                return try body(own, moment, transaction)
            }
        }
    }

    /// Returns the reason why an identity may no longer make a change, or nil if it may. For transactions that write to
    /// other tables of the store.
    public func refusal(
        of identity: ActingIdentity, in organization: OrganizationID, _ transaction: Transaction
    ) throws(DatabaseError) -> AccessRefusal? {
        let rows = snapshots.read().value.mappings(of: organization)
        switch try identity.check(in: organization, under: rows, at: now(), transaction) {
        case .failure(let refusal): return refusal
        case .success: return nil
        }
    }
}
