internal import Grants
internal import Identities
internal import JSON
internal import Time

extension SeenMember {
    /// A source of an identity's role.
    enum Source {
        case claimMapping(row: String?, Role)
        case grant(Grant)
    }

    var sources: [Source] {
        let mapped = access.flatMap { access in access.role.map { Source.claimMapping(row: access.mapping, $0) } }
        return [mapped].compactMap { $0 } + grants.map { .grant($0) }
    }

    /// The known address, verified or not.
    var email: String? { person == nil ? grants.lazy.compactMap(\.email).first : person?.email }

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
        writer.member("provider", person?.provider)
        writer.member("last_sign_in", person?.seenAt.rfc3339)
    }
}
