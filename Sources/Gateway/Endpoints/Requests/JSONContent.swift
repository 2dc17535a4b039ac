internal import HTTPMessage
package import HTTPServer
package import JSON

extension RequestContext {
    /// The JSON object of the request's content.
    package func object(_ body: RequestBody) async throws(Problem) -> JSONValue {
        try checkContentType("application/json")
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
                faults: [Problem.Issue(pointer: "", detail: "must be an object")])
        }
        return root
    }

    /// - Throws: `unsupported_media_type` if the content has another media type or none.
    package func checkContentType(_ type: String) throws(Problem) {
        guard request.hasContentType(type) == true else {
            throw Problem(.unsupportedMediaType, detail: "Send the document as \(type).")
        }
    }
}
