/// An answer that is made when it is asked for: whoever has it already, by its tag, costs nothing more.
public struct Representation: Sendable {
    public enum Format: String, Sendable {
        case json
        /// For programs.
        case csv
        /// CSV that begins with a UTF-8 mark, for spreadsheets.
        case spreadsheet

        public var contentType: String { self == .json ? "application/json" : "text/csv; charset=utf-8" }
    }

    public let format: Format
    /// The entity tag, strong, without quotation marks.
    public let entityTag: String
    private let render: @Sendable () -> [UInt8]

    init(_ format: Format, entityTag: String, render: @escaping @Sendable () -> [UInt8]) {
        self.format = format
        self.entityTag = entityTag
        self.render = render
    }

    public func body() -> [UInt8] { render() }
}
