/// A response body that is rendered on demand. No rendering is needed if the client already has the body, by its entity
/// tag.
public struct Representation: Sendable {
    /// The format of a body.
    public enum Format: String, Sendable {
        /// JSON: one page of matches.
        case json
        /// JSON: all matches, as `{"items":[…]}`.
        case allJSON = "all"
        /// CSV for programs.
        case csv
        /// CSV that begins with a UTF-8 byte order mark, for spreadsheets.
        case spreadsheet

        public var contentType: String {
            switch self {
            case .json, .allJSON: "application/json"
            case .csv, .spreadsheet: "text/csv; charset=utf-8"
            }
        }
    }

    public let format: Format
    /// The strong entity tag, without quotation marks.
    public let entityTag: String
    private let render: @Sendable () -> [UInt8]

    package init(_ format: Format, entityTag: String, render: @escaping @Sendable () -> [UInt8]) {
        self.format = format
        self.entityTag = entityTag
        self.render = render
    }

    /// Renders the body.
    public func body() -> [UInt8] { render() }
}
