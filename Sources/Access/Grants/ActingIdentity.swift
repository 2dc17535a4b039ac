public import ClaimMapping
public import Databases
public import Organizations
internal import Snapshots
public import Time

/// An identity that changes something, and by what right. Both are asked again inside the transaction of the change: the
/// content of a request may take minutes to arrive, and the role, the session or the token may end meanwhile.
public struct ActingIdentity: Sendable {
    /// What an identity has at one moment.
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
    ///   - permission: what they have to be permitted.
    ///   - isConfirmed: whether their own role may go by what they do.
    ///   - isSignedIn: whether the session or the token that they came with still counts.
    ///   - verifiedEmail: in lower case; under the settings of when it is asked.
    ///   - isEmailUnknown: whether there may be a verified address that is not known; likewise.
    ///   - earned: what their claims under these stored rows and these grants come to, suspensions left aside; likewise.
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

    /// What they have now; refused if they are not signed in any more, or may not do what they began.
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
        // The address could be a suspended one.
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

    /// Whether the change took the role away or lowered it, and the identity has not confirmed that this is meant.
    ///
    /// - Parameter rows: as they are now, where they changed.
    func isLost(under rows: MappingRows? = nil, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        guard !identity.isConfirmed, let before else { return false }
        let after = try identity.rights(in: organization, under: rows ?? self.rows, transaction).role
        return after.map { $0 < before } ?? true
    }
}

extension AccessStore {
    /// One transaction of an identity's, refused if it may not do this any more.
    func change<Value: Sendable>(
        by identity: ActingIdentity, in organization: OrganizationID,
        _ body:
            @escaping @Sendable (OwnRole, Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let snapshots = snapshots
        return try await change { moment, transaction throws(DatabaseError) in
            // What was answered before is published; a row that is written in the same batch happens at the same time.
            let rows = snapshots.read().value.mappings(of: organization)
            switch try identity.check(in: organization, under: rows, at: moment, transaction) {
            case .failure(let refusal): return .refused(refusal)
            case .success(let rights):
                let own = OwnRole(identity: identity, organization: organization, before: rights.role, rows: rows)
                return try body(own, moment, transaction)
            }
        }
    }

    /// Why an identity may not do any more what it began; `nil` if it may. For the transaction of what it writes
    /// elsewhere in the store.
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
