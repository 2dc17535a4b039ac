internal import Databases
package import Endpoints
internal import Identities
package import Invitations
internal import JSON
internal import Policy
internal import Sessions
package import Time

/// What an invitation of several addresses did, for a page that shows its links until the user is done with them.
package struct InvitingResult: Sendable {
    /// The time for which links are kept.
    package static let lifetime: Duration = .seconds(3600)

    /// A new invitation.
    package struct Created: Sendable {
        package let email: String
        /// Nil if an email delivers the link.
        package let link: String?
        package let expiresAt: Timestamp

        package init(email: String, link: String?, expiresAt: Timestamp) {
            (self.email, self.link, self.expiresAt) = (email, link, expiresAt)
        }
    }

    /// An address without a new invitation, and the reason.
    package struct Other: Sendable {
        package let email: String
        package let text: String

        package init(email: String, text: String) { (self.email, self.text) = (email, text) }
    }

    package let created: [Created]
    package let others: [Other]

    package init(created: [Created], others: [Other] = []) { (self.created, self.others) = (created, others) }

    fileprivate init?(_ content: [UInt8]) {
        guard let root = try? JSONDocument(parsing: content).root else { return nil }
        created =
            root.member("created").map { Array($0.elements) }?.compactMap { item in
                guard let email = item.member("email")?.string, let expiry = item.member("expires_at")?.integer else {
                    return nil
                }
                return Created(
                    email: email, link: item.member("link")?.string, expiresAt: Timestamp(seconds: expiry))
            } ?? []
        others =
            root.member("others").map { Array($0.elements) }?.compactMap { item in
                guard let email = item.member("email")?.string, let text = item.member("text")?.string else {
                    return nil
                }
                return Other(email: email, text: text)
            } ?? []
    }

    fileprivate var content: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 200 * created.count + 100)
        writer.beginObject()
        writer.name("created")
        writer.beginArray()
        for item in created {
            writer.beginObject()
            writer.member("email", item.email)
            writer.member("link", item.link)
            writer.name("expires_at")
            writer.integer(item.expiresAt.seconds)
            writer.endObject()
        }
        writer.endArray()
        writer.name("others")
        writer.beginArray()
        for item in others {
            writer.beginObject()
            writer.member("email", item.email)
            writer.member("text", item.text)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension ManagementRequest {
    private var linkPurpose: String { "links \(id.text)" }

    /// The result of new invitations.
    ///
    /// - Parameter others: the addresses that were not invited.
    package func result(of issued: [IssuedInvitation], others: [InvitingResult.Other] = []) -> InvitingResult {
        InvitingResult(
            created: issued.map { issued in
                InvitingResult.Created(
                    email: issued.invitation.email.spelling, link: issued.token.map(link),
                    expiresAt: issued.invitation.expiresAt)
            }, others: others)
    }

    /// Keeps a result, sealed, for the caller's session and organization.
    ///
    /// - Returns: its id, and the number of links of earlier results that are not shown any more because too much is
    ///   kept; nil for a caller without a session.
    package func keep(_ result: InvitingResult) async throws(Problem) -> (id: String, replacedLinks: Int)? {
        guard let session = caller.session else { return nil }
        let kept = try await stored { () throws(DatabaseError) in
            try await stores.sessions.keep(
                result.content, for: session, as: linkPurpose, lasting: InvitingResult.lifetime)
        }
        return kept.map { kept in
            let replaced = kept.replaced.compactMap { InvitingResult($0) }.flatMap(\.created)
            return (kept.id, replaced.count { $0.link != nil })
        }
    }

    /// Returns a kept result, or nil if the caller's session has none of this id for the organization.
    package func keptResult(_ id: String) async throws(Problem) -> InvitingResult? {
        guard let session = caller.session else { return nil }
        return try await stored { () throws(DatabaseError) in
            try await stores.sessions.note(id, of: session, as: linkPurpose)
        }
        .flatMap { InvitingResult($0) }
    }

    /// The ids of the results that are kept for the caller's session and the organization, oldest first.
    package func keptResults() async throws(Problem) -> [String] {
        guard let session = caller.session else { return [] }
        return try await stored { () throws(DatabaseError) in
            try await stores.sessions.notes(of: session, as: linkPurpose)
        }
    }

    /// Deletes a kept result.
    package func forgetResult(_ id: String) async throws(Problem) {
        guard let session = caller.session else { return }
        try await stored { () throws(DatabaseError) in try await stores.sessions.forget(id, of: session) }
    }
}
