package import Grants
package import Identities
internal import JSON
package import Policy
internal import Time

extension Member {
    /// A source of an identity's role.
    package enum Source {
        case claimMapping(row: String?, Role)
        case grant(Grant)
    }

    package var sources: [Source] {
        let mapped = access.flatMap { access in access.role.map { Source.claimMapping(row: access.mapping, $0) } }
        return [mapped].compactMap { $0 } + grants.map { .grant($0) }
    }

    func write(to writer: inout JSONWriter) {
        writer.member("identity_id", id.text)
        writer.member("issuer", identity.issuer.text)
        writer.member("subject", identity.subject.text)
        writer.member("email", email?.spelling)
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
        writer.member("provider", signIn?.provider.text)
        writer.member("last_sign_in", signIn?.seenAt.rfc3339)
    }
}
