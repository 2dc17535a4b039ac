internal import ClaimMapping
internal import Configuration
internal import Identities
internal import JSON
internal import Policy
internal import Tokens

/// The roles that claims earn in every organization of a configuration, with explanations.
struct ClaimsReport {
    private let provider: ProviderSettings
    private let issuer: Issuer
    private let subject: Subject?
    private let email: String?
    /// The reason why the address does not count as verified. Nil if it counts, or if the claims have no address.
    private let emailDoubt: String?
    private let explanations: [AccessExplanation]
    /// True if the claims come from a verified token.
    private let isSigned: Bool

    /// - Parameters:
    ///   - identity: the identity of a verified token; nil for a dry run.
    ///   - access: the stored grants, suspensions and rules.
    init(
        of claims: KnownClaims, from provider: ProviderSettings, identity: Identity?, in settings: Settings,
        with access: AccessSnapshot
    ) {
        self.provider = provider
        isSigned = identity != nil
        let issuer = identity?.issuer ?? provider.issuer
        let subject =
            identity?.subject.text ?? claims.root.member(provider.subjectClaim)?.string
            ?? claims.root.member("sub")?.string
        (self.issuer, self.subject) = (issuer, subject.map { Subject($0) })
        let email = claims.root.member("email")?.string
        self.email = email
        let isDoubtful = email != nil && provider.emailTrust.verifiedEmail(of: claims) == nil
        emailDoubt = isDoubtful ? ClaimsReport.doubt(claims) : nil
        let named = self.subject.map { Identity(issuer: issuer, subject: $0) }
        let state = AccessState(rules: AccessSettings(settings).rules, snapshot: access)
        explanations = settings.organizations.compactMap { organization in
            state.explanation(of: claims, from: provider.id, identity: named, in: organization.id)
        }
    }

    /// Returns the reason why the address does not count as verified: `email_verified` is absent, false or of another
    /// type.
    private static func doubt(_ claims: KnownClaims) -> String {
        guard let verified = claims.root.member("email_verified") else {
            return claims.unknown.leavesOut("email_verified")
                ? "email_verified is unknown" : "email_verified is absent"
        }
        return switch verified.kind {
        case .boolean: verified.boolean == true ? "it is not an address" : "email_verified is false"
        case .string: "email_verified is the string \(shown(verified.string ?? "")), not true"
        case .number: "email_verified is a number, not true"
        case .null: "email_verified is null, not true"
        case .array: "email_verified is an array, not true"
        case .object: "email_verified is an object, not true"
        }
    }

    var earnsRole: Bool { explanations.contains { $0.standing.role != nil } }

    /// Writes the explanation in the form of the API contract.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("valid", true)
        if !isSigned { writer.member("dry_run", true) }
        writer.name("identity")
        writer.beginObject()
        writer.member("provider", provider.id.text)
        writer.member("issuer", issuer.text)
        writer.member("subject", subject?.text)
        writer.member("email", email)
        writer.endObject()
        writer.name("organizations")
        writer.beginArray()
        for explanation in explanations { explanation.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    /// The report as text.
    var lines: [String] {
        let who = subject.map { "subject \(shown($0.text))" } ?? "no subject"
        let mail = email.map { ", email \(shown($0))" + (emailDoubt.map { " (does not count: \($0))" } ?? "") } ?? ""
        let claims = isSigned ? "Valid token" : "Unsigned claims"
        let head = "\(claims) of provider \(provider.id.text): \(who)\(mail)"
        guard !explanations.isEmpty else { return [head, "The configuration has no organization."] }
        return [head] + explanations.flatMap(\.lines)
    }
}
