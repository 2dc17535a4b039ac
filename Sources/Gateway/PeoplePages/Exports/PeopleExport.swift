internal import AccessUseCases
internal import Endpoints
internal import HTTPMessage
internal import JSON
internal import Text

/// An export of a list about people: all that it shows with its search, filters and order, on all pages.
///
/// The ids of the rows are read first. The rows themselves are read and sent in batches, so that a long list takes little
/// memory.
struct PeopleExport<ID: Sendable>: Sendable {
    let management: ManagementRequest
    let list: PeopleList
    let format: ExportFormat
    /// The list's search and filters.
    let filters: [AddressItem]
    /// The ids of all rows, in order.
    let ids: @Sendable () async throws(Problem) -> [ID]
    /// The cells of the rows with some ids, under ``columns``.
    let rows: @Sendable ([ID]) async throws(Problem) -> [[ExportCell]]
    let columns: [String]

    /// The number of rows that are read at once.
    private static var batch: Int { 200 }

    /// Returns the file. The export is recorded in the audit log; a `HEAD` request exports nothing.
    func reply(_ context: RequestContext) async throws(Problem) -> Reply {
        guard context.request.method != .head else { return .stream(type: format.contentType, tag: nil) { _ in } }
        let details = [("list", list.rawValue), ("format", format.mediaType)] + filters.filter { !$0.value.isEmpty }
        // Another site's link is refused before anything is read.
        try await management.recordMemberExport(context, details: details)
        let ids = try await ids()
        let export = self
        return .stream(type: format.contentType, tag: nil) { writer in
            try await writer.write(export.format.beginning(export.columns))
            var isFirst = true
            for start in stride(from: 0, to: ids.count, by: PeopleExport.batch) {
                var bytes: [UInt8] = []
                for row in try await export.rows(Array(ids[start..<min(start + PeopleExport.batch, ids.count)])) {
                    if !isFirst { bytes += export.format.separator }
                    isFirst = false
                    export.format.append(row, under: export.columns, to: &bytes)
                }
                if !bytes.isEmpty { try await writer.write(bytes) }
            }
            if !export.format.end.isEmpty { try await writer.write(export.format.end) }
        }
    }
}

/// A value of an export.
enum ExportCell: Sendable {
    case text(String?)
    case texts([String])
    case boolean(Bool?)

    fileprivate var text: String {
        switch self {
        case .text(let text): text ?? ""
        case .texts(let texts): texts.joined(separator: "; ")
        case .boolean(let value): value.map { $0 ? "true" : "false" } ?? ""
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text?): writer.string(text)
        case .texts(let texts):
            writer.beginArray()
            for text in texts { writer.string(text) }
            writer.endArray()
        case .boolean(let value?): writer.boolean(value)
        case .text(nil), .boolean(nil): writer.null()
        }
    }
}

/// The form of an exported list.
enum ExportFormat: String, CaseIterable {
    case csv
    case json

    /// The format that a page's address names; nil for the page itself.
    init?(_ context: RequestContext) {
        guard let format = context.query["format"].flatMap({ ExportFormat(exactly: $0) }) else { return nil }
        self = format
    }

    var title: String { self == .csv ? "CSV" : "JSON" }
    var mediaType: String { self == .csv ? "text/csv" : "application/json" }
    var contentType: String { self == .csv ? "text/csv; charset=utf-8" : mediaType }

    /// The bytes before the first row. A spreadsheet needs the mark to read UTF-8.
    fileprivate func beginning(_ columns: [String]) -> [UInt8] {
        self == .csv
            ? CSV.mark + Array((columns.joined(separator: ",") + "\r\n").utf8) : Array("{\"items\":[".utf8)
    }

    fileprivate var separator: [UInt8] { self == .csv ? [] : Array(",\n".utf8) }
    fileprivate var end: [UInt8] { self == .csv ? [] : Array("]}\n".utf8) }

    fileprivate func append(_ row: [ExportCell], under columns: [String], to bytes: inout [UInt8]) {
        switch self {
        case .csv:
            for (index, cell) in row.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                CSV.append(cell.text, to: &bytes)
            }
            bytes += [0x0D, 0x0A]
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            for (name, cell) in zip(columns, row) {
                writer.name(name)
                cell.write(to: &writer)
            }
            writer.endObject()
            bytes += writer.bytes
        }
    }
}
