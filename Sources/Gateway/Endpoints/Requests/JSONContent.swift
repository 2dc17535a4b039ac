internal import HTTPMessage
package import HTTPServer
package import JSON
internal import Text

extension RequestContext {
    /// The JSON object of the request's content, whose media type was checked before.
    package func object(_ body: RequestBody) async throws(Problem) -> JSONValue {
        try object(try await content(body))
    }

    /// Variant of ``object(_:)`` that returns nil for a request without content. The media type is checked here.
    package func optionalObject(_ body: RequestBody) async throws(Problem) -> JSONValue? {
        let content = try await content(body)
        guard !content.isEmpty else { return nil }
        guard request.hasContentType("application/json") == true else {
            throw RequestContext.otherType("document", "application/json")
        }
        return try object(content)
    }

    private func content(_ body: RequestBody) async throws(Problem) -> [UInt8] {
        do throws(BodyError) {
            return try await body.collect()
        } catch {
            throw Problem(error)
        }
    }

    private func object(_ content: [UInt8]) throws(Problem) -> JSONValue {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: content).root
        } catch {
            throw Problem(.invalidRequest, detail: "The document is not valid JSON: \(error)")
        }
        guard root.kind == .object else {
            throw Problem(
                .invalidRequest, status: 422, detail: "The document must be an object.",
                faults: [Problem.Issue(pointer: "", detail: "The document must be an object.")])
        }
        return root
    }

    /// Returns the reply `unsupported_media_type` if the content has another media type or none.
    package func refusal(unlessType type: String) -> Reply? {
        guard request.hasContentType(type) != true else { return nil }
        let content = type.isExactly(Form.mediaType) ? "form" : "document"
        return .problem(RequestContext.otherType(content, type))
    }

    private static func otherType(_ content: String, _ type: String) -> Problem {
        Problem(.unsupportedMediaType, detail: "Send the \(content) as \(type).")
    }
}
