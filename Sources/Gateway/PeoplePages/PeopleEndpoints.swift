package import AccessUseCases
package import Endpoints
internal import HTTPMessage
internal import PageLayout

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

extension ManagementRequest {
    /// Renders a page on a reader's thread: long tables would delay a reactor.
    func show(_ page: some DocumentPage, _ status: Status = .ok) async throws(Problem) -> Reply {
        try await offReactor { .page(status, page.document) }
    }
}
