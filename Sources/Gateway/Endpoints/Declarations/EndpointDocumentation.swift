/// An endpoint's part of the API's description (OpenAPI 3.1.1).
package struct EndpointDocumentation: Sendable {
    package let summary: String
    package var parameters: [Parameter] = []
    /// The name of the request's schema; nil without content.
    package var content: String?
    /// Whether the request must have content.
    package var needsContent = true
    /// The status of success.
    package var status = 200
    /// The representations of success; empty for 204.
    package var results: [Representation] = []
    /// Statuses in addition to those of all endpoints with the same access.
    package var statuses: [Int] = []
    /// Whether the endpoint needs no credential.
    package var isPublic = false

    package init(
        summary: String, parameters: [EndpointDocumentation.Parameter] = [], content: String? = nil,
        needsContent: Bool = true, status: Int = 200, results: [EndpointDocumentation.Representation] = [],
        statuses: [Int] = [], isPublic: Bool = false
    ) {
        self.summary = summary
        self.parameters = parameters
        self.content = content
        self.needsContent = needsContent
        self.status = status
        self.results = results
        self.statuses = statuses
        self.isPublic = isPublic
    }

    /// A representation: its media type and its schema as JSON.
    package struct Representation: Sendable {
        package let type: String
        package let schema: String

        package init(type: String, schema: String) {
            self.type = type
            self.schema = schema
        }

        /// A text of a media type.
        package static func text(_ type: String) -> Representation {
            Representation(type: type, schema: Parameter.text)
        }
    }

    /// A parameter in a path, a query or a header field.
    package struct Parameter: Sendable {
        package let name: String
        package var place = "query"
        /// The schema as JSON.
        package let schema: String

        package init(name: String, place: String = "query", schema: String) {
            self.name = name
            self.place = place
            self.schema = schema
        }

        package static let limit = Parameter(
            name: "limit", schema: #"{"type":"integer","minimum":1,"maximum":500,"default":50}"#)
        package static let cursor = Parameter(name: "cursor", schema: #"{"type":"string","maxLength":255}"#)
        package static let confirm = Parameter(
            name: "confirm", schema: #"{"type":"string","description":"self, to remove the caller's own role"}"#)
        package static let ifMatch = Parameter(name: "If-Match", place: "header", schema: text)
        package static let ifNoneMatch = Parameter(name: "If-None-Match", place: "header", schema: text)
        package static let idempotencyKey = Parameter(
            name: "Idempotency-Key", place: "header",
            schema: #"{"type":"string","minLength":1,"maxLength":255,"pattern":"^[!-~]+$"}"#)
        package static let text = #"{"type":"string"}"#
        package static let date = #"{"type":"string","format":"date"}"#
        package static let time = #"{"type":"string","format":"date-time"}"#
    }

    /// A reference to a schema by its name.
    package static func reference(_ schema: String) -> String { "{\"$ref\":\"#/components/schemas/\(schema)\"}" }
}

extension [EndpointDocumentation.Representation] {
    private typealias Documentation = EndpointDocumentation

    /// A JSON document with a schema of the description, by its name.
    package static func one(_ schema: String) -> [EndpointDocumentation.Representation] {
        [Element(type: "application/json", schema: Documentation.reference(schema))]
    }

    /// A JSON object without a schema of its own.
    package static let object = [Element(type: "application/json", schema: #"{"type":"object"}"#)]

    /// A page of a list whose items have a schema of the description.
    package static func list(_ item: String) -> [EndpointDocumentation.Representation] {
        let items = "{\"type\":\"array\",\"items\":\(Documentation.reference(item))}"
        let cursor = #"{"type":["string","null"]}"#
        return [
            Element(
                type: "application/json",
                schema: "{\"type\":\"object\",\"required\":[\"items\",\"next_cursor\"],"
                    + "\"properties\":{\"items\":\(items),\"next_cursor\":\(cursor)}}")
        ]
    }
}
