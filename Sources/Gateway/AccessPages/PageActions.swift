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
        "saved": "Rule saved. It's in effect now."
    ]
}
