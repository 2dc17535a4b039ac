internal import Grants
internal import HTTPMessage
internal import Identities
internal import Invitations
internal import JSON
internal import Time

extension ManagementAPI {
    func invitations() async throws(Problem) -> Reply {
        let query = try query("state")
        let found = try await management.invitations(
            in: try query.choice("state"), before: query.place(), limit: query.limit + 1)
        let shown = Array(found.prefix(query.limit))
        let next = found.count > query.limit ? shown.last.map { ListQuery.cursor(at: $0.createdAt, $0.id) } : nil
        return .json(ListQuery.write(shown, next: next) { $1.write(to: &$0) })
    }

    func invite(_ root: JSONValue) async throws(Problem) -> Reply {
        var reader = BodyReader(root)
        reader.allow("email", "role")
        let address = reader.text("email", in: 1...254).flatMap { text -> InvitedAddress? in
            let address = InvitedAddress(text)
            if let address {
                if let fault = management.today.fault(of: address) { reader.fault("email", fault) }
            } else {
                reader.fault("email", InvitedAddress.fault(of: text))
            }
            return address
        }
        let role: Role? = reader.choice("role")
        if let role, let fault = Deployment.fault(ofInviting: role) { reader.fault("role", fault) }
        try reader.finish()
        guard let address, let role else {
            throw Problem(.invalidRequest, status: 422, detail: "Something is missing.")
        }
        let issued = try await management.invite(address, as: role)
        guard issued.isNew else { return .json(document(issued)) }
        return .document(.created, document(issued), location: nil, tag: nil)
    }

    func resend(_ id: String) async throws(Problem) -> Reply {
        .json(document(try await management.resend(id)))
    }

    /// The response contains the link once, if no email brings it.
    private func document(_ issued: IssuedInvitation) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        issued.invitation.write(to: &writer)
        if let token = issued.token { writer.member("link", management.deployment.link(token)) }
        writer.endObject()
        return writer.bytes
    }
}

extension Invitation {
    func write(to writer: inout JSONWriter) {
        writer.member("id", id)
        writer.member("email", email.spelling)
        writer.member("role", role.rawValue)
        writer.member("state", state.rawValue)
        writer.member("created_at", createdAt.rfc3339)
        writer.member("expires_at", expiresAt.rfc3339)
        writer.member("invited_by", inviter == nil ? "operator" : inviterEmail?.spelling ?? inviter?.text)
        writer.name("delivery")
        writer.beginObject()
        writer.member("state", delivery.rawValue)
        writer.member("attempts", attempts)
        writer.member("failure", lastFailure)
        writer.endObject()
    }
}
