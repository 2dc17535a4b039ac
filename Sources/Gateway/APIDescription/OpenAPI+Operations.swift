internal import Endpoints
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Text

extension EndpointDocumentation.Parameter {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("in", place)
        writer.member("required", place == "path")
        // Forms send empty fields.
        if place == "query" { writer.member("allowEmptyValue", true) }
        writer.name("schema")
        writer.raw(Array(schema.utf8))
        writer.endObject()
    }
}

extension Endpoint {
    /// Writes the endpoint's operation; nothing if it has no documentation.
    func write(to writer: inout JSONWriter) {
        guard let documentation else { return }
        writer.name(method.rawValue.asciiLowercased())
        writer.beginObject()
        writer.member("operationId", name)
        writer.member("summary", documentation.summary)
        if let permission { writer.member("description", "Requires the permission \(permission.rawValue).") }
        if documentation.isPublic {
            writer.name("security")
            writer.beginArray()
            writer.endArray()
        }
        if !documentation.parameters.isEmpty {
            writer.name("parameters")
            writer.beginArray()
            for parameter in documentation.parameters { parameter.write(to: &writer) }
            writer.endArray()
        }
        if let content = documentation.content {
            writer.name("requestBody")
            writer.beginObject()
            writer.member("required", documentation.needsContent)
            writer.name("content")
            OpenAPI.write(.one(content), to: &writer)
            writer.endObject()
        }
        writeResponses(documentation, to: &writer)
        writer.endObject()
    }

    private func writeResponses(_ documentation: EndpointDocumentation, to writer: inout JSONWriter) {
        writer.name("responses")
        writer.beginObject()
        writer.name(String(documentation.status))
        writer.beginObject()
        writer.member("description", documentation.status == 204 ? "The request succeeded." : "The result.")
        writeHeaders(documentation, to: &writer)
        if !documentation.results.isEmpty {
            writer.name("content")
            OpenAPI.write(documentation.results, to: &writer)
        }
        writer.endObject()
        for status in statuses(documentation).sorted() where status != documentation.status {
            writer.name(String(status))
            writer.beginObject()
            writer.member("description", OpenAPI.problem(status))
            if status > 399 {
                writer.name("content")
                OpenAPI.write(
                    [
                        EndpointDocumentation.Representation(
                            type: "application/problem+json", schema: EndpointDocumentation.reference("Problem"))
                    ], to: &writer)
            } else if status != 304 {
                writer.name("content")
                OpenAPI.write(documentation.results, to: &writer)
            }
            writer.endObject()
        }
        writer.endObject()
    }

    /// Writes the header fields of success that a client needs for conditional and repeated requests.
    private func writeHeaders(_ documentation: EndpointDocumentation, to writer: inout JSONWriter) {
        func takes(_ field: String) -> Bool {
            documentation.parameters.contains { $0.place.isExactly("header") && $0.name.isExactly(field) }
        }
        var headers: [(name: String, text: String)] = []
        if documentation.statuses.contains(304) || takes("If-Match") && method != .delete {
            headers.append(("ETag", "The entity tag of the representation, or of the state that the request made."))
        }
        if takes("Idempotency-Key") {
            headers.append(("Idempotency-Replayed", "true if this is the answer to an earlier request with the key."))
        }
        guard !headers.isEmpty else { return }
        writer.name("headers")
        writer.beginObject()
        for header in headers {
            writer.name(header.name)
            writer.beginObject()
            writer.member("description", header.text)
            writer.name("schema")
            writer.raw(Array(EndpointDocumentation.Parameter.text.utf8))
            writer.endObject()
        }
        writer.endObject()
    }

    private func statuses(_ documentation: EndpointDocumentation) -> Set<Int> {
        guard !documentation.isPublic else { return [400] }
        // Refused tokens count against a limit: 429.
        var statuses: Set<Int> = [400, 401, 429, 503]
        if permission != nil { statuses.formUnion([403, 404]) }
        if method.changesState { statuses.formUnion([403, 413]) }
        if documentation.content != nil { statuses.formUnion([408, 415, 422]) }
        return statuses.union(documentation.statuses)
    }
}
