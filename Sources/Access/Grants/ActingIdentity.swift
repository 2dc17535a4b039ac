public import ClaimMapping
internal import Databases
public import Organizations
internal import Snapshots
internal import Time

/// Somebody who changes who has access, and by what right. That is asked again inside the transaction of what they do:
/// the content of a request may take minutes to arrive, and their role may be taken away meanwhile.
public struct ActingManager: Sendable {
    /// What somebody has at one moment.
    public typealias Rights = (role: Role?, permissions: Permissions)

    let issuer: String
    let subject: String
    let permission: Permission
    let isConfirmed: Bool
    private let verifiedEmail: @Sendable () -> String?
    private let earned: @Sendable (MappingRows, [Role]) -> Rights

    /// - Parameters:
    ///   - permission: what they have to be permitted.
    ///   - isConfirmed: whether their own role may go by what they do.
    ///   - verifiedEmail: in lower case; under the settings of when it is asked.
    ///   - earned: what their claims under these stored rows and these grants come to, suspensions left aside; likewise.
    public init(
        issuer: String, subject: String, permission: Permission, isConfirmed: Bool,
        verifiedEmail: @escaping @Sendable () -> String?,
        earned: @escaping @Sendable (MappingRows, [Role]) -> Rights
    ) {
        self.issuer = issuer
        self.subject = subject
        self.verifiedEmail = verifiedEmail
        self.permission = permission
        self.isConfirmed = isConfirmed
        self.earned = earned
    }

    func rights(
        in organization: OrganizationID, under rows: MappingRows, _ transaction: Transaction
    ) throws(DatabaseError) -> Rights {
        guard try !AccessStore.isSuspended(issuer, subject, verifiedEmail(), in: organization, transaction) else {
            return (nil, [])
        }
        let grants = try AccessStore.grants(of: issuer, subject, in: organization, transaction)
        return earned(rows, grants.map(\.role))
    }
}

/// The role of whoever changes something, as it was before.
struct OwnRole {
    fileprivate let manager: ActingManager
    fileprivate let organization: OrganizationID
    fileprivate let before: Role?
    let rows: MappingRows

    /// Whether it went, or became less, by what was written since, and nobody has said that this is meant.
    ///
    /// - Parameter rows: as they are now, where they changed.
    func isLost(under rows: MappingRows? = nil, _ transaction: Transaction) throws(DatabaseError) -> Bool {
        guard !manager.isConfirmed, let before else { return false }
        let after = try manager.rights(in: organization, under: rows ?? self.rows, transaction).role
        return after.map { $0 < before } ?? true
    }
}

extension AccessStore {
    /// One transaction of somebody's, refused where they may not do this any more.
    func change<Value: Sendable>(
        by manager: ActingManager, in organization: OrganizationID,
        _ body:
            @escaping @Sendable (OwnRole, Timestamp, Transaction) throws(DatabaseError) -> ChangeOutcome<Value>
    ) async throws(DatabaseError) -> Result<Value, AccessRefusal> {
        let snapshots = snapshots
        return try await change { moment, transaction throws(DatabaseError) in
            // What was answered before is published; a row that is written in the same batch happens at the same time.
            let rows = snapshots.read().value.mappings(of: organization)
            let rights = try manager.rights(in: organization, under: rows, transaction)
            guard rights.permissions.contains(manager.permission) else {
                return .refused(.notPermitted(isMember: rights.role != nil))
            }
            let own = OwnRole(manager: manager, organization: organization, before: rights.role, rows: rows)
            return try body(own, moment, transaction)
        }
    }
}
