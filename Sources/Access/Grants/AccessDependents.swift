public import Audit
public import Databases
public import Identities
public import Time

/// Rows of other tables that end with access, in the transaction in which it ends.
public protocol AccessDependents: Sendable {
    /// Ends all rows with which an identity is about to get in, such as codes that begin sessions; called if any of its
    /// access ends.
    func end(of identity: Identity, _ transaction: Transaction) throws(DatabaseError)

    /// Ends all rows that depend on a manager's access, such as the invitations that the manager sent.
    ///
    /// - Parameters:
    ///   - emails: verified addresses of the manager, whose rows end too.
    ///   - reason: recorded in the audit log with each row.
    ///   - record: the record of the change of access.
    func end(
        of manager: IdentityID, emails: Set<EmailAddress>, in organization: OrganizationID, because reason: String,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError)
}
