internal import ClaimMapping
internal import Grants
internal import Identities
internal import JSON
internal import Management

extension Mapping {
    func write(to writer: inout JSONWriter, isOfFile: Bool) {
        writer.member("id", id)
        writer.member("rank", rank)
        writer.member("claim_name", claimName)
        writer.member("claim_value", match == .exists ? nil : claimValue)
        writer.member("match", match.rawValue)
        if let splitText { writer.member("split", splitText) }
        writer.member("role", role.rawValue)
        writer.member("origin", isOfFile ? "file" : "store")
    }
}

extension MappingPreview {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("people")
        writer.beginArray()
        for person in people {
            writer.beginObject()
            writer.member("identity_id", person.signIn.id.text)
            writer.member("issuer", person.signIn.identity.issuer.text)
            writer.member("subject", person.signIn.identity.subject.text)
            writer.member("email", person.signIn.email?.spelling)
            writer.member("before", person.before?.rawValue)
            writer.member("after", person.after?.rawValue)
            writer.member("change", person.change)
            writer.endObject()
        }
        writer.endArray()
        writer.name("unreadable")
        writer.beginArray()
        for person in unreadable {
            writer.beginObject()
            writer.member("identity_id", person.id.text)
            writer.member("issuer", person.identity.issuer.text)
            writer.member("subject", person.identity.subject.text)
            writer.member("email", person.email?.spelling)
            writer.endObject()
        }
        writer.endArray()
        writer.member("unchanged", unchanged)
        writer.name("self")
        writer.beginObject()
        writer.member("before", own.before?.rawValue)
        writer.member("after", own.after?.rawValue)
        writer.endObject()
        writer.name("shadowed")
        writer.beginArray()
        for row in shadowed { writer.string(row.id) }
        writer.endArray()
        writer.member("would_lock_out", wouldLockOut)
        writer.name("rows")
        writer.beginArray()
        for row in table.all {
            writer.beginObject()
            row.write(to: &writer, isOfFile: table.isOfFile(row.id))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension MappingPreview.Person {
    /// `gains`, `loses` or `changes`.
    var change: String { before == nil ? "gains" : after == nil ? "loses" : "changes" }
}
