internal import ClaimMapping
internal import Databases
internal import Grants
internal import JSON
internal import OpenID
internal import Organizations
internal import Policy
internal import Snapshots
internal import Text
internal import Time
internal import Tokens

/// A sign-in as organizations may know it.
struct PeopleSeen: Sendable {
    /// Of those in which the person has a role, and of the one that it was meant for.
    fileprivate let known: [PersonSeen]
    /// Of the others that accept the provider: theirs only where they have invited the address.
    fileprivate let others: [PersonSeen]

    /// For the transaction of the sign-in.
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
    /// A sign-in as the organizations may know it: those in which the person has a role, those that invited them, and
    /// the one that it was meant for; of these only such as accept the provider.
    func peopleSeen(
        _ claims: VerifiedClaims, with access: AccessSnapshot, meant: String?, at now: Timestamp
    ) -> PeopleSeen {
        var (known, others): ([PersonSeen], [PersonSeen]) = ([], [])
        for organization in organizations where organization.accepts(claims.provider) {
            guard let person = personSeen(claims, in: organization, at: now) else { continue }
            let isKnown =
                meant.isExactly(organization.id.text)
                || entitlement(of: claims, in: organization, with: access).role != nil
            if isKnown { known.append(person) } else { others.append(person) }
        }
        return PeopleSeen(known: known, others: others)
    }

    /// What an organization keeps of somebody; `nil` where nothing can be sealed.
    func personSeen(_ claims: VerifiedClaims, in organization: Organization, at now: Timestamp) -> PersonSeen? {
        guard let box = signIn.box,
            let id = try? IdentityID(issuer: claims.identity.issuer, subject: claims.identity.subject),
            let sealed = try? claims.sealed(in: box, for: PersonSeen.owner(of: id))
        else { return nil }
        let root = claims.claims.root
        return PersonSeen(
            organization: organization.id, identity: id, issuer: claims.identity.issuer,
            subject: claims.identity.subject, provider: claims.provider.text,
            verifiedEmail: emailTrust(of: claims.provider).verifiedEmail(of: claims.known),
            email: root.shownEmail, seenAt: now, claims: sealed)
    }

    /// The claims that somebody was last seen with; `nil` where they were sealed by a key that is gone.
    func claims(of person: PersonSeen) -> VerifiedClaims? {
        signIn.box.flatMap {
            try? VerifiedClaims(opening: person.claims, with: $0, for: PersonSeen.owner(of: person.identity))
        }
    }

    /// The same, by the settings of when it is asked.
    static func managerRules(of deployments: Published<Deployment>) -> ManagerRules {
        ManagerRules(
            accepts: { deployments.read().value.managerRules.accepts($0, $1) },
            mapsToManager: { deployments.read().value.managerRules.mapsToManager($0, $1) })
    }

    /// Who manages an organization: of listed providers, by stored role or by the claims of their last sign-in.
    var managerRules: ManagerRules {
        ManagerRules(
            accepts: { issuer, id in
                self.providers.contains { provider in
                    TrustedProvider.isSameIssuer(provider.issuer, issuer)
                        && self.organization(id.text)?.accepts(provider.id) ?? false
                }
            },
            mapsToManager: { person, rows in
                guard let organization = self.organization(person.organization.text),
                    let claims = self.claims(of: person), self.signIn.party(claims.provider) != nil
                else { return false }
                let rules = organization.rules.adding(rows)
                let trust = self.emailTrust(of: claims.provider)
                return Entitlement(of: claims, in: rules, emailTrust: trust).role == .manager
            })
    }
}
