package import Audit
package import Databases
package import Identities
internal import Policy
internal import Snapshots
internal import Tokens

extension AccessStore {
    /// Returns a user in the audit log, as known by the last sign-in to an organization.
    ///
    /// - Parameter address: a verified address, for a user who has not signed in yet.
    package func audited(
        _ identity: Identity, in organization: OrganizationID, address: EmailAddress? = nil,
        _ transaction: Transaction
    ) throws(DatabaseError) -> AuditPerson {
        let signIn = try AccessStore.signIn(of: try AccessStore.id(of: identity), in: organization, transaction)
        guard let signIn else { return AuditPerson(identity, email: address, isEmailVerified: true) }
        return audited(signIn)
    }

    /// Returns the user of a sign-in in the audit log.
    package func audited(_ signIn: LastSignIn) -> AuditPerson {
        let settings = settings.read().value
        if let claims = settings.claims(of: signIn) { return claims.audited(under: settings.rules) }
        // Whether the rules in force trust the address is not known.
        return AuditPerson(signIn.identity, email: signIn.email)
    }
}
