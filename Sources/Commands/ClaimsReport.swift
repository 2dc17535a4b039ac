internal import ClaimMapping
internal import Configuration
internal import Grants
internal import JSON
internal import Policy
internal import Tokens

/// What claims earn in every organization of a configuration, and why.
struct ClaimsReport {
    private let provider: ProviderSettings
    private let issuer: String
    private let subject: String?
    private let email: String?
    private let explanations: [AccessExplanation]
    /// Whether somebody vouched for the claims.
    private let isSigned: Bool

    /// - Parameters:
    ///   - identity: whose claims they are, where a token was verified.
    ///   - access: what is stored beside the settings.
    init(
        of claims: KnownClaims, from provider: ProviderSettings, identity: Identity?, in settings: Settings,
        with access: AccessSnapshot
    ) {
        self.provider = provider
        isSigned = identity != nil
        issuer = identity?.issuer ?? TrustedProvider.canonicalIssuer(provider.issuer)
        subject =
            identity?.subject ?? claims.root.member(provider.subjectClaim)?.string
            ?? claims.root.member("sub")?.string
        email = claims.root.member("email")?.string
        let (issuer, subject) = (issuer, subject ?? "")
        let email = provider.emailTrust.verifiedEmail(of: claims)
        explanations = settings.organizations.map { organization in
            let rules = organization.rules.adding(access.mappings(of: organization.id))
            return AccessExplanation(
                rules.explain(claims, from: provider.id.text, emailTrust: provider.emailTrust),
                grants: access.roles(issuer: issuer, subject: subject, in: organization.id),
                isSuspended: access.isSuspended(
                    issuer: issuer, subject: subject, verifiedEmail: email, in: organization.id),
                isSuspensionUnknown: access.suspendsAddresses(in: organization.id)
                    && provider.emailTrust.isVerifiedEmailUnknown(of: claims))
        }
    }

    var earnsRole: Bool { explanations.contains { $0.standing.role != nil } }

    /// The contract's explanation.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("valid", true)
        if !isSigned { writer.member("dry_run", true) }
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", provider.id.text)
        writer.member("issuer", issuer)
        writer.member("subject", subject)
        writer.member("email", email)
        writer.endObject()
        writer.name("organizations")
        writer.beginArray()
        for explanation in explanations { explanation.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    /// The same for people.
    var lines: [String] {
        let who = subject.map { "subject \(shown($0))" } ?? "no subject"
        let mail = email.map { ", e-mail \(shown($0))" } ?? ""
        let claims = isSigned ? "Valid token" : "Claims that nobody signed"
        let head = "\(claims) of provider \(provider.id.text): \(who)\(mail)"
        guard !explanations.isEmpty else { return [head, "The configuration has no organization."] }
        return [head] + explanations.flatMap(\.lines)
    }
}
