internal import HTTPMessage
package import HTTPServer
package import JSON
internal import Text

extension RequestContext {
    /// The JSON object of the request's content, whose media type was checked before.
    package func object(_ body: RequestBody) async throws(Problem) -> JSONValue {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: try await body.collect()).root
        } catch let error as BodyError {
            throw Problem(error)
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
        return .problem(Problem(.unsupportedMediaType, detail: "Send the \(content) as \(type)."))
    }
}
