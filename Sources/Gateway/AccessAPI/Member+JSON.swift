internal import Grants
internal import Identities
internal import JSON
internal import Policy
internal import Time

extension Member {
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
