package import Endpoints
internal import HTTPMessage
internal import JSON
internal import Text
internal import Web

/// The API's description (OpenAPI 3.1.1), derived from the table of endpoints so that it is complete.
package enum OpenAPI {
    /// The endpoint of the description, which describes itself too.
    ///
    /// - Parameter endpoints: the endpoints of the API.
    package static func endpoint(describing endpoints: [Endpoint]) -> Endpoint {
        let path: PathTemplate = "/api/v1/openapi.json"
        let documentation = EndpointDocumentation(summary: "This document", results: .object, isPublic: true)
        func declaration(_ reply: @escaping @Sendable () -> Reply) -> Endpoint {
            Endpoint("openAPI", .get, path, .api, .anyone(.now { _, _ in reply() }), documentation: documentation)
        }
        let described = endpoints + [declaration { .noContent }]
        let made = OnFirstUse { document(of: described) }
        return declaration {
            let bytes = made.value
            return .content(type: "application/json", tag: nil) { bytes }
        }
    }

    /// The document of the endpoints that have a documentation.
    package static func document(of endpoints: [Endpoint]) -> [UInt8] {
        var writer = JSONWriter(reservingCapacity: 64 << 10)
        writer.beginObject()
        writer.member("openapi", "3.1.1")
        writer.name("info")
        writer.beginObject()
        writer.member("title", "Gatehouse")
        writer.member("version", GatewayVersion.current)
        writer.member(
            "description",
            "Errors are application/problem+json with a stable code. A request that changes state and has a session's "
                + "cookie needs the session's csrf_token in the field X-CSRF-Token.")
        writer.endObject()
        writer.name("security")
        writer.raw(Array(#"[{"bearer":[]},{"session":[]}]"#.utf8))
        writer.name("paths")
        writer.beginObject()
        var rest = endpoints.filter { $0.documentation != nil }[...]
        while let path = rest.first?.path {
            writer.name(path.text)
            writer.beginObject()
            writeVariables(of: path, to: &writer)
            for endpoint in rest where endpoint.path.text.isExactly(path.text) { endpoint.write(to: &writer) }
            rest.removeAll { $0.path.text.isExactly(path.text) }
            writer.endObject()
        }
        writer.endObject()
        writer.name("components")
        writer.beginObject()
        writer.name("securitySchemes")
        writer.raw(
            Array(
                #"{"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT"},"session":{"type":"apiKey","in":"cookie","name":"__Host-gatehouse"}}"#
                    .utf8))
        writer.name("schemas")
        writer.raw(Array(schemas.utf8))
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private static func writeVariables(of path: PathTemplate, to writer: inout JSONWriter) {
        guard !path.variables.isEmpty else { return }
        writer.name("parameters")
        writer.beginArray()
        for variable in path.variables {
            EndpointDocumentation.Parameter(
                name: variable, place: "path", schema: #"{"type":"string","minLength":1}"#
            ).write(to: &writer)
        }
        writer.endArray()
    }

    static func write(_ content: [EndpointDocumentation.Representation], to writer: inout JSONWriter) {
        writer.beginObject()
        for representation in content {
            writer.name(representation.type)
            writer.beginObject()
            writer.name("schema")
            writer.raw(Array(representation.schema.utf8))
            writer.endObject()
        }
        writer.endObject()
    }

    static func problem(_ status: Int) -> String {
        switch status {
        case 200: "The object already existed."
        case 304: "The client's copy is current."
        case 400: "The request is not well formed."
        case 401: "The request has no valid session or token."
        case 403: "The role does not permit the request, or another site sent it."
        case 404: "The object does not exist, or the caller has no role in the organization."
        case 408: "The content did not arrive in time."
        case 409: "The current state does not allow the change."
        case 412: "If-Match or If-None-Match does not fit the current state of the object."
        case 413: "The content is too large."
        case 415: "The content is not application/json."
        case 422: "The content has faults."
        case 429: "Too many requests; Retry-After states the time to wait."
        default: "The store cannot be used."
        }
    }
}
