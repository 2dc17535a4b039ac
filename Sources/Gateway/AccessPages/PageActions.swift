internal import AccessUseCases
internal import Endpoints
internal import HTTPMessage
internal import PageLayout
internal import Text

extension ManagementRequest {
    /// Renders a page on a reader's thread: long tables would delay a reactor.
    func show(_ page: some DocumentPage, _ status: Status = .ok) async throws(Problem) -> Reply {
        try await offReactor { .page(status, page.document) }
    }
}

extension RequestContext {
    /// The notice after a completed action; nil if there was none.
    var done: Notice? { query["done"].flatMap { RequestContext.sentences[ExactText($0)] }.map { .done($0) } }

    private static let sentences: [ExactText: String] = [
        "invited": "The invitation is being sent.", "resent": "The email was sent again. The old link no longer works.",
        "revoke_invitation": "The invitation was revoked.", "revoke_grant": "The role was revoked.",
        "suspend": "The user was suspended.", "unsuspend": "The user was reinstated.",
        "end_sessions": "The user's sessions were ended.", "pending": "This address is already invited.",
        "saved": "Rule saved. It's in effect now.",
    ]
}
