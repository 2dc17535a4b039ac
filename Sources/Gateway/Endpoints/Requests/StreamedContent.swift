package import Grants
package import HTTPServer

/// Content that is taken as it arrives, together with the authorization of its sender.
///
/// The sender was checked when the request's head arrived. Content may take minutes, and the permission may end before
/// that. The content is therefore handed out only with the authorization that each transaction must check.
package struct StreamedContent: Sendable {
    private let body: RequestBody
    private let authorization: ActorAuthorization

    package init(_ body: RequestBody, of authorization: ActorAuthorization) {
        self.body = body
        self.authorization = authorization
    }

    /// Gives the content to `write`, which passes the authorization to each transaction.
    package func store<Value>(
        _ write: (RequestBody, ActorAuthorization) async throws -> Value
    ) async throws -> Value {
        try await write(body, authorization)
    }
}
