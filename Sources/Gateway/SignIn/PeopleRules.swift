internal import ClaimMapping
internal import Cryptography
internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Snapshots
internal import Tokens

extension Deployment {
    /// The rules for users seen, by the settings at the time of each call.
    static func peopleRules(of deployments: Published<Deployment>) -> PeopleRules {
        PeopleRules(
            accepts: { deployments.read().value.accepts($0, in: $1) },
            isSignInPossible: { deployments.read().value.signIn.party($0) != nil },
            tag: { deployments.read().value.tag(of: $0, under: $1) },
            judge: { deployments.read().value.seenAccess(of: $0, under: $1) })
    }

    /// The rules for users seen, by these settings.
    var peopleRules: PeopleRules { Deployment.peopleRules(of: Published(self)) }

    /// Returns true if an organization lists a provider of an issuer.
    private func accepts(_ issuer: String, in id: OrganizationID) -> Bool {
        guard let organization = organization(id.text) else { return false }
        return providers.contains { provider in
            organization.accepts(provider.id) && provider.issuer == Issuer(issuer)
        }
    }

    private func tag(of id: OrganizationID, under rows: MappingRows) -> RulesTag? {
        organization(id.text).flatMap { tag(of: $0.rules.adding(rows)) }
    }

    /// A tag of all inputs that decide a role: the rules, the trust in addresses, and the keys that open sealed
    /// claims.
    func tag(of rules: OrganizationRules) -> RulesTag? {
        var context = signIn.box?.keyIDs ?? []
        for provider in rules.providers {
            context += [provider] + (ProviderID(provider).map { emailTrust(of: $0).domains } ?? [])
        }
        return rules.tag(with: context)
    }

    private func seenAccess(of person: PersonSeen, under rows: MappingRows) -> SeenAccess? {
        guard let organization = organization(person.organization.text) else { return nil }
        let rules = organization.rules.adding(rows)
        if let claims = claims(of: person) { return seenAccess(of: claims, under: rules) }
        return tag(of: rules).map {
            SeenAccess(rules: $0, role: nil, mapping: nil, verifiedEmail: person.verifiedEmail)
        }
    }

    /// The role that claims give under rules, without grants and suspensions; nil if the rules have no tag.
    func seenAccess(of claims: VerifiedClaims, under rules: OrganizationRules) -> SeenAccess? {
        let trust = emailTrust(of: claims.provider)
        let earned = Entitlement(of: claims, in: rules, emailTrust: trust)
        return tag(of: rules).map {
            SeenAccess(
                rules: $0, role: earned.role, mapping: earned.mapping,
                verifiedEmail: trust.verifiedEmail(of: claims.known),
                isEmailUnknown: trust.isVerifiedEmailUnknown(of: claims.known))
        }
    }
}
