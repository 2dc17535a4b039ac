internal import Grants
internal import JSON
internal import Organizations
internal import Policy
internal import Time
internal import Tokens

/// Somebody with access, and from where.
struct Member {
    /// One way in which they have a role.
    enum Source {
        case claimMapping(row: String?, Role)
        case grant(Grant)
    }

    let identity: IdentityID
    let issuer: String
    let subject: String
    let email: String?
    /// In the configuration; `nil` for whoever was not seen yet.
    let provider: String?
    let role: Role
    let sources: [Source]
    let lastSignIn: Timestamp?

    /// Somebody who was seen; `nil` where they have no role today. Where their claims cannot be opened any more, for the
    /// key is gone that sealed them, or came through a provider that is not listed any more while another one of the
    /// same issuer is, their grants alone are known.
    ///
    /// - Parameter grants: theirs here.
    init?(
        _ person: PersonSeen, in organization: Deployment.Organization, of deployment: Deployment,
        with access: AccessSnapshot, _ grants: [Grant]
    ) {
        (identity, issuer, subject) = (person.identity, person.issuer, person.subject)
        (email, provider, lastSignIn) = (person.email, person.provider, person.seenAt)
        let known = deployment.claims(of: person)
        guard let claims = known, organization.accepts(claims.provider) else {
            guard let role = grants.map(\.role).max(), deployment.managerRules.accepts(issuer, organization.id),
                !access.isSuspended(
                    issuer: issuer, subject: subject, verifiedEmail: person.verifiedEmail, in: organization.id)
            else { return nil }
            (self.role, sources) = (role, grants.map { .grant($0) })
            return
        }
        guard let role = deployment.entitlement(of: claims, in: organization, with: access).role else { return nil }
        let mapped = Entitlement(
            of: claims, in: organization.rules(with: access), emailTrust: deployment.emailTrust(of: claims.provider))
        let mapping: [Source] = mapped.role.map { [.claimMapping(row: mapped.mapping, $0)] } ?? []
        (self.role, sources) = (role, mapping + grants.map { .grant($0) })
    }

    /// Somebody who has a grant and was not seen yet.
    ///
    /// - Parameter grants: theirs here; at least one.
    init(_ grants: [Grant], _ identity: IdentityID) {
        self.identity = identity
        (issuer, subject) = (grants.first?.issuer ?? "", grants.first?.subject ?? "")
        (email, provider) = (grants.compactMap(\.email).first, nil)
        (role, sources, lastSignIn) = (grants.map(\.role).max() ?? .viewer, grants.map { .grant($0) }, nil)
    }

    func write(to writer: inout JSONWriter) {
        writer.member("identity_id", identity.text)
        writer.member("issuer", issuer)
        writer.member("subject", subject)
        writer.member("email", email)
        writer.member("role", role.rawValue)
        writer.name("sources")
        writer.beginArray()
        for source in sources {
            writer.beginObject()
            switch source {
            case .claimMapping(let row, let role):
                writer.member("kind", "claim_mapping")
                writer.member("mapping", row)
                writer.member("role", role.rawValue)
            case .grant(let grant):
                writer.member("kind", grant.source.rawValue)
                writer.member("grant", grant.id)
                writer.member("role", grant.role.rawValue)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.member("provider", provider)
        writer.member("last_sign_in", lastSignIn?.rfc3339)
    }
}
