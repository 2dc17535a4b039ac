internal import Configuration
internal import Identities
internal import OpenID
internal import Sessions
internal import Text
internal import Time
internal import Tokens
internal import Web

/// The next step of a sign-in.
enum SignInChoice {
    case party(RelyingParty)
    /// Ask on the general sign-in page.
    case ask(SignInPrompt)
}

/// What a sign-in may disclose about providers. Customers cannot be listed: a caller learns that an email domain, a
/// provider or an issuer is known only by naming it exactly. All unknown ones get one response. An organization
/// selects no provider.
extension SignInDeployment {
    /// The providers that the general sign-in page names.
    var offered: [RelyingParty] {
        listed.count > Settings.mostOffered ? [] : parties.filter { listed.contains($0.id) }
    }

    /// The only provider, if the gateway may list it: the user then need not choose.
    var only: RelyingParty? { parties.count == 1 ? offered.first : nil }

    /// - Parameter organization: the organization whose providers come first if several have the address's domain.
    func choice(_ query: SignInQuery, preferring organization: Deployment.Organization?) -> SignInChoice {
        if let id = query.provider { return party(id).map { .party($0) } ?? .ask(.unknown) }
        if let email = query.email {
            return party(ofEmail: email, preferring: organization).map { .party($0) } ?? .ask(.unknown)
        }
        return only.map { .party($0) } ?? .ask(.plain)
    }

    private func party(ofEmail email: String, preferring organization: Deployment.Organization?) -> RelyingParty? {
        guard email.utf8.count <= 254, let (_, domain) = email.cut(atLast: "@") else { return nil }
        let ids = emailDomains[ExactText(domain.asciiLowercased())] ?? []
        return (ids.first { organization?.accepts($0) ?? false } ?? ids.first).flatMap(party)
    }

    /// The name of a provider that users see; the id if there is no such provider any more.
    func name(of provider: ProviderID) -> String { names[provider] ?? provider.text }

    /// The providers with this issuer at which users sign in.
    func parties(ofIssuer issuer: Issuer) -> [RelyingParty] {
        parties.filter { $0.client.provider.issuer == issuer }
    }

    /// A session's standing. A session has ended if its provider is gone, or now has another issuer.
    func standing(of session: Session, at now: Timestamp) -> SessionStanding {
        guard issuers[session.claims.provider] == session.claims.identity.issuer else { return .ended }
        return session.standing(under: lifetimes, at: now)
    }
}
