internal import ClaimMapping
package import Endpoints
package import Grants
package import Identities
package import Invitations
package import Management
package import People
package import Policy
internal import RuntimeConfiguration
package import Sessions
package import Text
internal import Tokens

extension ManagementRequest {
    package func members(matching query: MemberQuery) async throws(Problem) -> ListPage<Member> {
        try await answering { actions throws(ManagementError) in try await actions.members(matching: query) }
    }

    package func suspended(
        matching text: String, isAscending: Bool, page: Int, limit: Int
    ) async throws(Problem) -> ListPage<PersonAccess> {
        try await answering { actions throws(ManagementError) in
            try await actions.suspended(matching: text, isAscending: isAscending, page: page, limit: limit)
        }
    }

    package func invitations(matching query: InvitationQuery) async throws(Problem) -> ListPage<Invitation> {
        try await answering { actions throws(ManagementError) in try await actions.invitations(matching: query) }
    }

    package func invitation(_ id: String) async throws(Problem) -> Invitation? {
        try await answering { actions throws(ManagementError) in try await actions.invitation(id) }
    }

    /// - Parameter members: the number of members if it is known already.
    package func counts(members: Int? = nil) async throws(Problem) -> PeopleCounts {
        try await answering { actions throws(ManagementError) in try await actions.counts(members: members) }
    }

    package func inviters(of grants: [Grant]) async throws(Problem) -> [ExactText: GrantInviter] {
        try await answering { actions throws(ManagementError) in try await actions.inviters(of: grants) }
    }

    /// The names by which pages show users: the full name, or the address, or the subject.
    package func names(of ids: Set<IdentityID>) async throws(Problem) -> [IdentityID: String] {
        try await answering { actions throws(ManagementError) in try await actions.names(of: ids) }
    }

    package func person(_ id: IdentityID) async throws(Problem) -> PersonAccess? {
        try await answering { actions throws(ManagementError) in try await actions.person(id) }
    }

    /// The active sessions of a user, at most 100.
    package func sessions(of identity: Identity) async throws(Problem) -> [SessionSummary] {
        try await answering { actions throws(ManagementError) in
            try await actions.sessions(of: identity, under: configuration.sessionLifetimes)
        }
    }

    /// The pending invitations that end with a manager's access.
    package func sent(by id: IdentityID, emails: Set<EmailAddress>) async throws(Problem) -> [Invitation] {
        try await answering { actions throws(ManagementError) in try await actions.sent(by: id, emails: emails) }
    }

    /// The providers that the organization lists, with the names that users see, in the order of the file.
    package var providers: [(id: ProviderID, name: String)] {
        organization.rules.providers.map { ($0, configuration.name(of: $0)) }
    }

    /// The name of the provider with an issuer that the organization lists; nil if there is none.
    package func providerName(of issuer: Issuer) -> String? {
        organization.rules.providers.first { configuration.trusted[$0]?.issuer == issuer }.map(configuration.name)
    }
}

extension ManagementRequest {
    /// The claims that rules may ask for, as the latest sign-ins had them.
    package func recentClaims() async throws(Problem) -> [String] {
        try await answering { actions throws(ManagementError) in try await actions.recentClaims() }
    }

    /// The values of a rule's claim among the last sign-ins; see ``Management/ManagerActions/seenValues(of:)``.
    package func seenValues(of draft: MappingDraft) async throws(Problem) -> SeenValues {
        try await answering { actions throws(ManagementError) in try await actions.seenValues(of: draft) }
    }
}
