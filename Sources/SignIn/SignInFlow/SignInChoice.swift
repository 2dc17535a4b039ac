package import Identities
internal import OpenID
internal import Policy
package import Sessions
internal import Text
package import Time
internal import Tokens

/// The next step of a sign-in.
enum SignInChoice {
    case party(RelyingParty)
    /// Ask on the general sign-in page.
    case ask(SignInPrompt)
}

/// The disclosure of providers by a sign-in. Customers cannot be listed: a caller learns that an email domain, a
/// provider or an issuer is known only by naming it exactly. All unknown ones get one response. An organization
/// selects no provider.
extension SignInConfiguration {
    /// The only provider, if the gateway may list it: the user then need not choose.
    var only: RelyingParty? { parties.count == 1 ? offered.first : nil }

    /// - Parameter organization: the organization whose providers come first if several have the address's domain.
    func choice(
        _ query: SignInQuery, preferring organization: OrganizationID?, under rules: AccessRules
    ) -> SignInChoice {
        if let id = query.provider { return ProviderID(id).flatMap(party).map { .party($0) } ?? .ask(.unknown) }
        if query.hasFaultyAddress { return .ask(.unknown) }
        if let email = query.email {
            return party(ofEmail: email, preferring: organization, under: rules).map { .party($0) } ?? .ask(.unknown)
        }
        // The page says that the session ended before the browser goes on.
        if query.isAfterSession { return .ask(.plain) }
        return only.map { .party($0) } ?? .ask(.plain)
    }

    private func party(
        ofEmail email: String, preferring organization: OrganizationID?, under rules: AccessRules
    ) -> RelyingParty? {
        guard email.utf8.count <= 254, let (_, domain) = email.cut(atLast: "@") else { return nil }
        let ids = emailDomains[ExactText(domain.asciiLowercased())] ?? []
        let preferred = organization.flatMap { organization in ids.first { rules.lists($0, in: organization) } }
        return (preferred ?? ids.first).flatMap(party)
    }

    /// The name of a provider that users see; the id if there is no such provider any more.
    package func name(of provider: ProviderID) -> String { names[provider] ?? provider.text }

    /// A session's state. A session has ended if its provider is gone, or now has another issuer.
    package func standing(of session: Session, at now: Timestamp) -> SessionStanding {
        guard issuers[session.claims.provider] == session.claims.identity.issuer else { return .ended }
        return session.standing(under: lifetimes, at: now)
    }
}
