internal import HTTPMessage
internal import Pages
internal import Text

extension Management {
    /// Renders a page on a reader's thread: long tables would delay a reactor.
    func show(_ page: some DocumentPage, _ status: Status = .ok) async throws(Problem) -> Reply {
        try await offReactor { .page(status, page.document) }
    }
}

extension RequestContext {
    /// A redirect after an action, so that reloading the page repeats nothing.
    func redirect(done action: String) -> Reply { .redirect("\(request.target.path)?done=\(action)") }

    /// The notice after a completed action; nil if there was none.
    var done: Notice? { query["done"].flatMap { RequestContext.sentences[ExactText($0)] }.map { .done($0) } }

    private static let sentences: [ExactText: String] = [
        "invited": "The invitation is on its way.", "resent": "The letter goes out again; the old link works no more.",
        "revoke_invitation": "The invitation was taken back.", "revoke_grant": "The role was taken away.",
        "suspend": "The person is shut out.", "unsuspend": "The person is let in again.",
        "end_sessions": "The person's sessions have ended.", "pending": "This address is invited already.",
        "saved": "The rows were changed; they count from now on.",
    ]
}
