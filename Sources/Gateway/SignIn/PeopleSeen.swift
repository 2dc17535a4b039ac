internal import ClaimMapping
internal import Grants
internal import JSON
internal import OpenID
internal import Organizations
internal import Policy
internal import Time
internal import Tokens

extension Deployment {
    /// A sign-in as the organizations may know it: those in which the person has a role, and the one that it was meant
    /// for, where that one accepts the provider.
    func peopleSeen(
        _ claims: VerifiedClaims, with access: AccessSnapshot, meant: String?, at now: Timestamp
    ) -> [PersonSeen] {
        guard let box = signIn.box,
            let id = try? IdentityID(issuer: claims.identity.issuer, subject: claims.identity.subject),
            let sealed = try? claims.sealed(in: box, for: PersonSeen.owner(of: id))
        else { return [] }
        let root = claims.claims.root
        return organizations.compactMap { organization in
            let isMeant =
                organization.id.text == meant && organization.rules.providers.contains(claims.provider.text)
            guard isMeant || entitlement(of: claims, in: organization, with: access).role != nil else { return nil }
            return PersonSeen(
                organization: organization.id, identity: id, issuer: claims.identity.issuer,
                subject: claims.identity.subject, provider: claims.provider.text,
                verifiedEmail: emailTrust(of: claims.provider).verifiedEmail(of: root),
                email: root.member("email")?.string, seenAt: now, claims: sealed)
        }
    }

    /// The claims that somebody was last seen with; `nil` where they were sealed by a key that is gone.
    func claims(of person: PersonSeen) -> VerifiedClaims? {
        signIn.box.flatMap {
            try? VerifiedClaims(opening: person.claims, with: $0, for: PersonSeen.owner(of: person.identity))
        }
    }

    /// Whether those claims map to manager today, grants left aside.
    var isManagerByClaims: ManagerByClaims {
        { person in
            guard let organization = self.organization(person.organization.text),
                let claims = self.claims(of: person), self.signIn.party(claims.provider) != nil
            else { return false }
            return self.entitlement(of: claims, in: organization, with: .empty).role == .manager
        }
    }
}
