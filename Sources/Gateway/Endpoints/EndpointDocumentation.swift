/// An endpoint's part of the API's description (OpenAPI 3.1.1).
struct EndpointDocumentation: Sendable {
    let summary: String
    var parameters: [Parameter] = []
    /// The name of the request's schema; nil without content.
    var content: String?
    /// The status of success.
    var status = 200
    /// The representations of success; empty for 204.
    var results: [Representation] = []
    /// Statuses beside those that all endpoints of the same access have.
    var statuses: [Int] = []
    /// Whether the endpoint needs no credential.
    var isPublic = false

    /// A representation: its media type and its schema as JSON.
    struct Representation: Sendable {
        let type: String
        let schema: String

        /// A text of a media type.
        static func text(_ type: String) -> Representation { Representation(type: type, schema: Parameter.text) }
    }

    /// A parameter in a path, a query or a header field.
    struct Parameter: Sendable {
        let name: String
        var place = "query"
        /// The schema as JSON.
        let schema: String

        static let limit = Parameter(
            name: "limit", schema: #"{"type":"integer","minimum":1,"maximum":500,"default":50}"#)
        static let cursor = Parameter(name: "cursor", schema: #"{"type":"string","maxLength":255}"#)
        static let confirm = Parameter(
            name: "confirm", schema: #"{"type":"string","description":"self, to remove the caller's own role"}"#)
        static let ifMatch = Parameter(name: "If-Match", place: "header", schema: text)
        static let text = #"{"type":"string"}"#
        static let time = #"{"type":"string","format":"date-time"}"#
    }

    /// A reference to a schema by its name.
    static func reference(_ schema: String) -> String { "{\"$ref\":\"#/components/schemas/\(schema)\"}" }
}

extension [EndpointDocumentation.Representation] {
    private typealias Documentation = EndpointDocumentation

    /// A JSON document with a schema of the description, by its name.
    static func one(_ schema: String) -> [EndpointDocumentation.Representation] {
        [Element(type: "application/json", schema: Documentation.reference(schema))]
    }

    /// A JSON object without a schema of its own.
    static let object = [Element(type: "application/json", schema: #"{"type":"object"}"#)]

    /// A page of a list whose items have a schema of the description.
    static func list(_ item: String) -> [EndpointDocumentation.Representation] {
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
