internal import Databases
internal import Grants
internal import Identities
internal import Invitations
internal import Policy
internal import Time
internal import Tokens

/// The records of one sign-in that organizations keep.
struct SignInRecords: Sendable {
    /// The records for organizations in which the user has a role, and for the one that the sign-in was meant for.
    private let known: [LastSignIn]
    /// The records for the other organizations that list the provider, kept only if they invited the address.
    private let others: [LastSignIn]

    /// Makes the records for organizations that list the provider: those in which the user has a role, and those that
    /// invited the address. The organization that the sign-in was meant for has a record too. There are none without a
    /// sealing key.
    ///
    /// - Parameters:
    ///   - settings: the settings that contain the rules of `state`.
    ///   - meant: the organization that the sign-in was meant for.
    init(
        of claims: VerifiedClaims, under state: AccessState, _ settings: AccessSettings, meant: OrganizationID?,
        at moment: Timestamp
    ) {
        var (known, others): ([LastSignIn], [LastSignIn]) = ([], [])
        if let sealed = SealedSignIn(claims, email: claims.payload.shownEmail, under: settings) {
            for entitlement in state.allEntitlements(of: claims) {
                guard let record = sealed.record(for: entitlement.organization, under: state, at: moment) else {
                    continue
                }
                let isMeant = meant == entitlement.organization
                if isMeant || entitlement.role != nil { known.append(record) } else { others.append(record) }
            }
        }
        (self.known, self.others) = (known, others)
    }

    /// Stores the records in the transaction of the sign-in.
    func note(_ transaction: Transaction) throws(DatabaseError) {
        for record in known { try AccessStore.note(record, transaction) }
        guard let first = others.first, let email = first.verifiedEmail else { return }
        let inviting = try InvitationTable.organizations(inviting: email, at: first.seenAt, transaction)
        for record in others where inviting.contains(record.organization) {
            try AccessStore.note(record, transaction)
        }
    }
}
