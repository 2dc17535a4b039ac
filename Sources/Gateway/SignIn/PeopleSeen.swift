internal import ClaimMapping
internal import Databases
internal import Grants
internal import Identities
internal import JSON
internal import OpenID
internal import Policy
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// A sign-in as organizations may know it.
struct PeopleSeen: Sendable {
    /// The records for organizations in which the user has a role, and for the one that the sign-in was meant for.
    fileprivate let known: [PersonSeen]
    /// The records for the other organizations that accept the provider, kept only if they invited the address.
    fileprivate let others: [PersonSeen]

    /// Stores the records in the transaction of the sign-in.
    func note(_ transaction: Transaction) throws(DatabaseError) {
        for person in known { try AccessStore.note(person, transaction) }
        guard let first = others.first, let email = first.verifiedEmail else { return }
        let inviting = try AccessStore.organizations(inviting: email, at: first.seenAt, transaction)
        for person in others where inviting.contains(person.organization) {
            try AccessStore.note(person, transaction)
        }
    }
}

extension Deployment {
    /// The records of a sign-in for organizations that accept the provider: those in which the user has a role, those
    /// that invited them, and the one that it was meant for.
    func peopleSeen(
        _ claims: VerifiedClaims, with access: AccessSnapshot, meant: String?, at now: Timestamp
    ) -> PeopleSeen {
        var (known, others): ([PersonSeen], [PersonSeen]) = ([], [])
        guard let sealed = sealed(claims) else { return PeopleSeen(known: [], others: []) }
        for organization in organizations(accepting: claims.provider) {
            let person = personSeen(sealed, in: organization, with: access, at: now)
            let hasRole = entitlement(of: claims, in: organization, with: access).role != nil
            if meant.isExactly(organization.id.text) || hasRole { known.append(person) } else { others.append(person) }
        }
        return PeopleSeen(known: known, others: others)
    }

    /// The record of a user that an organization keeps; nil if no sealing key is configured.
    func personSeen(
        _ claims: VerifiedClaims, in organization: Organization, with access: AccessSnapshot, at now: Timestamp
    ) -> PersonSeen? {
        sealed(claims).map { personSeen($0, in: organization, with: access, at: now) }
    }

    private func personSeen(
        _ sealed: SealedPerson, in organization: Organization, with access: AccessSnapshot, at now: Timestamp
    ) -> PersonSeen {
        let claims = sealed.claims
        let root = claims.payload
        return PersonSeen(
            organization: organization.id, identity: sealed.identity, issuer: claims.identity.issuer.text,
            subject: claims.identity.subject.text, provider: claims.provider.text,
            verifiedEmail: emailTrust(of: claims.provider).verifiedEmail(of: claims.known),
            email: root.shownEmail?.spelling, seenAt: now, claims: sealed.bytes,
            access: seenAccess(of: claims, under: organization.rules(with: access)))
    }

    /// Claims as every organization keeps them: sealed for the user and not for the organization.
    private struct SealedPerson {
        let identity: IdentityID
        let claims: VerifiedClaims
        let bytes: [UInt8]
    }

    private func sealed(_ claims: VerifiedClaims) -> SealedPerson? {
        guard let box = signIn.box,
            let id = try? IdentityID(claims.identity),
            let bytes = try? claims.sealed(in: box, for: PersonSeen.owner(of: id))
        else { return nil }
        return SealedPerson(identity: id, claims: claims, bytes: bytes)
    }

    /// The claims of a user's last sign-in; nil if they were sealed by a removed key.
    func claims(of person: PersonSeen) -> VerifiedClaims? {
        signIn.box.flatMap {
            try? VerifiedClaims(opening: person.claims, with: $0, for: PersonSeen.owner(of: person.identity))
        }
    }
}
