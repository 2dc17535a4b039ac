public import Audit
public import Databases
public import Grants
public import Identities
internal import Invitations
internal import Sessions
public import Time

/// What ends with access: the codes with which an identity would begin sessions at applications, and the invitations
/// that a manager sent.
public struct EndedAccess: AccessDependents {
    public init() {}

    public func end(of identity: Identity, _ transaction: Transaction) throws(DatabaseError) {
        try AppSessionStore.voidCodes(of: identity, transaction)
    }

    public func end(
        of manager: IdentityID, emails: Set<EmailAddress>, in organization: OrganizationID, because reason: String,
        recording record: AuditRecord, at moment: Timestamp, _ transaction: Transaction
    ) throws(DatabaseError) {
        try SentInvitations().end(
            of: manager, emails: emails, in: organization, because: reason, recording: record, at: moment, transaction)
    }
}
