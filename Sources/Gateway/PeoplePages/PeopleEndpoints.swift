package import AccessUseCases
package import Endpoints

/// The pages of an organization's people.
package struct PeopleEndpoints: Sendable {
    private let management: ManagementFactory

    package init(management: ManagementFactory) {
        self.management = management
    }

    package var all: [Endpoint] {
        MembersPages(management: management).endpoints + MemberActionPages(management: management).endpoints
            + InvitationsPages(management: management).endpoints + InvitingPages(management: management).endpoints
    }
}
