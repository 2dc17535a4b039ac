package import Endpoints
package import Grants
package import Identities
package import Invitations
internal import Management
package import People

extension ManagementRequest {
    /// Records an export of a list about people.
    ///
    /// - Parameter details: the export's list, format and filters.
    /// - Throws: `request_forgery` if another site's link uses the browser's session. `Lax` cookies are sent with
    ///   links, and an export writes to the log.
    package func recordMemberExport(
        _ context: RequestContext, details: [(name: String, value: String)]
    ) async throws(Problem) {
        guard caller.session == nil || !context.comesFromOtherSite else {
            throw Problem(
                .requestForgery, detail: "Another site requested this export. Open the list and export it there.")
        }
        try await answering { actions throws(ManagementError) in try await actions.recordMemberExport(details: details)
        }
    }

    /// The identities of the members that a query selects, in its order; its page is ignored.
    package func memberIDs(matching query: MemberQuery) async throws(Problem) -> [IdentityID] {
        try await answering { actions throws(ManagementError) in try await actions.memberIDs(matching: query) }
    }

    /// The members among identities, in their order. An export may take long: it ends with the caller's role or session.
    package func members(_ ids: [IdentityID]) async throws(Problem) -> [Member] {
        try await checkStillPermitted()
        return try await answering { actions throws(ManagementError) in try await actions.members(ids) }
    }

    /// The identities of the suspended users that match a text.
    package func suspendedIDs(matching text: String, isAscending: Bool) async throws(Problem) -> [IdentityID] {
        try await answering { actions throws(ManagementError) in
            try await actions.suspendedIDs(matching: text, isAscending: isAscending)
        }
    }

    /// Variant of ``members(_:)`` for suspended users.
    package func people(_ ids: [IdentityID]) async throws(Problem) -> [PersonAccess] {
        try await checkStillPermitted()
        return try await answering { actions throws(ManagementError) in try await actions.people(ids) }
    }

    /// The ids of the invitations that a query selects, in its order; its page is ignored.
    package func invitationIDs(matching query: InvitationQuery) async throws(Problem) -> [String] {
        try await answering { actions throws(ManagementError) in try await actions.invitationIDs(matching: query) }
    }

    /// Variant of ``members(_:)`` for invitations.
    package func invitations(_ ids: [String]) async throws(Problem) -> [Invitation] {
        try await checkStillPermitted()
        return try await answering { actions throws(ManagementError) in try await actions.invitations(ids) }
    }
}
