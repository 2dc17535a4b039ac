internal import HTTPMessage
internal import Identities
internal import JSON
internal import Text

/// The API's description (OpenAPI 3.1.1), derived from the routes so that it is complete.
enum OpenAPI {
    static let reply: Reply = {
        let bytes = document
        return .content(type: "application/json", tag: nil) { bytes }
    }()

    /// The document, which is made once.
    static let document: [UInt8] = {
        var writer = JSONWriter(reservingCapacity: 64 << 10)
        writer.beginObject()
        writer.member("openapi", "3.1.1")
        writer.name("info")
        writer.beginObject()
        writer.member("title", "Gatehouse")
        writer.member("version", GatewayVersion.current)
        writer.member(
            "description",
            "Errors are application/problem+json with a stable code. What changes something and comes with a session's "
                + "cookie needs the session's csrf_token in the field X-CSRF-Token.")
        writer.endObject()
        writer.name("security")
        writer.raw(Array(#"[{"bearer":[]},{"session":[]}]"#.utf8))
        writer.name("paths")
        writer.beginObject()
        for route in Route.allCases where route.kind == .api && route != .backchannelLogout {
            writer.name(route.template)
            writer.beginObject()
            write(route, to: &writer)
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
    }()

    private static func write(_ route: Route, to writer: inout JSONWriter) {
        let variables = route.template.split(at: "{").dropFirst().compactMap { $0.cut(at: "}")?.before }
        if !variables.isEmpty {
            writer.name("parameters")
            writer.beginArray()
            for variable in variables {
                Parameter(String(variable), in: "path", #"{"type":"string","minLength":1}"#).write(to: &writer)
            }
            writer.endArray()
        }
        for operation in operations(route) {
            writer.name(operation.method.rawValue.asciiLowercased())
            operation.write(route, to: &writer)
        }
    }
}

extension OpenAPI {
    /// A parameter in a path, a query or a header field.
    struct Parameter {
        let name: String
        let place: String
        let schema: String

        init(_ name: String, in place: String = "query", _ schema: String) {
            self.name = name
            self.place = place
            self.schema = schema
        }

        static let limit = Parameter("limit", #"{"type":"integer","minimum":1,"maximum":500,"default":50}"#)
        static let cursor = Parameter("cursor", #"{"type":"string","maxLength":255}"#)
        static let confirm = Parameter(
            "confirm", #"{"type":"string","description":"self, where one's own role may go"}"#)
        static let ifMatch = Parameter("If-Match", in: "header", #"{"type":"string"}"#)

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

    /// The operation of one method of one route.
    struct Operation {
        let method: Method
        let summary: String
        var parameters: [Parameter] = []
        /// The name of the request's schema; nil without a body.
        var body: String?
        var isBodyRequired = true
        var status = 200
        /// Media types and their schemas; empty for 204.
        var answers: [(type: String, schema: String)] = []
        /// Statuses of problems beside those of all operations.
        var problems: [Int] = []

        func write(_ route: Route, to writer: inout JSONWriter) {
            writer.beginObject()
            writer.member("operationId", "\(route)_\(method.rawValue.asciiLowercased())")
            writer.member("summary", summary)
            if let permission = route.permission(for: method) {
                writer.member("description", "Needs \(permission.rawValue).")
            }
            if route == .openAPI {
                writer.name("security")
                writer.beginArray()
                writer.endArray()
            }
            if !parameters.isEmpty {
                writer.name("parameters")
                writer.beginArray()
                for parameter in parameters { parameter.write(to: &writer) }
                writer.endArray()
            }
            if let body {
                writer.name("requestBody")
                writer.beginObject()
                writer.member("required", isBodyRequired)
                writer.name("content")
                OpenAPI.write([("application/json", OpenAPI.reference(body))], to: &writer)
                writer.endObject()
            }
            writer.name("responses")
            writer.beginObject()
            writer.name(String(status))
            writer.beginObject()
            writer.member("description", status == 204 ? "Done." : "The answer.")
            if !answers.isEmpty {
                writer.name("content")
                OpenAPI.write(answers, to: &writer)
            }
            writer.endObject()
            for status in Set(problems + common(route)).sorted() where status != self.status {
                writer.name(String(status))
                writer.beginObject()
                writer.member("description", OpenAPI.problem(status))
                if status > 399 {
                    writer.name("content")
                    OpenAPI.write(
                        [("application/problem+json", OpenAPI.reference("Problem"))], to: &writer)
                } else if status != 304 {
                    writer.name("content")
                    OpenAPI.write(answers, to: &writer)
                }
                writer.endObject()
            }
            writer.endObject()
            writer.endObject()
        }

        private func common(_ route: Route) -> [Int] {
            if route == .openAPI { return [400] }
            var statuses = [400, 401, 503]
            if route.permission(for: method) != nil { statuses += [403, 404] }
            if method.changesState { statuses += [403, 413] }
            if body != nil { statuses += [408, 415, 422] }
            if route.isRateLimited { statuses.append(429) }
            // Refused tokens count against a limit.
            statuses.append(429)
            return statuses
        }
    }

    /// A reference to a schema by its name.
    static func reference(_ name: String) -> String { "{\"$ref\":\"#/components/schemas/\(name)\"}" }

    static func write(_ content: [(type: String, schema: String)], to writer: inout JSONWriter) {
        writer.beginObject()
        for (type, schema) in content {
            writer.name(type)
            writer.beginObject()
            writer.name("schema")
            writer.raw(Array(schema.utf8))
            writer.endObject()
        }
        writer.endObject()
    }

    static func problem(_ status: Int) -> String {
        switch status {
        case 200: "It was there already."
        case 304: "The client has this state already."
        case 400: "The request is not well formed."
        case 401: "Nobody is signed in, or the token is not valid."
        case 403: "The role does not permit it, or the request was not sent from this site."
        case 404: "There is no such thing, or no role in such an organization."
        case 408: "The content did not arrive in time."
        case 409: "It cannot be done in the state that things are in."
        case 412: "It was changed meanwhile."
        case 413: "The content is too large."
        case 415: "The content is not application/json."
        case 422: "The content has faults."
        case 429: "Too much at once; Retry-After says when."
        default: "The store cannot be used."
        }
    }
}
