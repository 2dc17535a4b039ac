internal import Text

/// The head of an upstream's response, final or interim. It owns its bytes in one array; its fields are ranges of it.
public struct AnswerHead: Sendable {
    public let status: Status
    public let fieldLines: HeadFields
    /// The content that follows.
    public let framing: ResponseHead.Framing
    /// The stated `Content-Length`; to `HEAD` and with 304 it describes content that is not sent.
    public let statedLength: Int?
    /// True if the connection may be used for another request.
    public let keepsAlive: Bool

    /// True if a response without the `Date` field gets one from the server.
    public var hasDate: Bool { fieldLines.contains(.date) }
}

/// A parser of response heads in a growing buffer, for a gateway: as strict as ``RequestParser``. Whatever two parsers
/// could read differently is refused, folded fields too (RFC 9112, section 5.2, allows a gateway to). Interim responses
/// are returned like final ones.
public struct AnswerParser: Sendable {
    /// The largest head in bytes.
    public static let maximumHead = 40 << 10

    private let isToHead: Bool
    private var scanned = 0
    private var lineStart = 0
    private var statusLine: (status: Int, isVersion10: Bool)?
    private var lines: [Request.Line] = []
    private var framing = FramingFields()

    /// Length in bytes of the head in the buffer, once a head was returned.
    public private(set) var consumed = 0

    /// - Parameter isToHead: true if the request was a HEAD, whose response has no content.
    public init(toHead isToHead: Bool = false) {
        self.isToHead = isToHead
    }

    /// Continues parsing. Returns nil if more bytes are needed; after a head or a fault, use a new parser.
    public mutating func parse(_ buffer: Span<UInt8>) throws(ProtocolError) -> AnswerHead? {
        while let lineFeed = buffer.firstIndex(of: 0x0A, from: scanned) {
            scanned = lineFeed + 1
            guard scanned <= AnswerParser.maximumHead else { throw .fieldsTooLarge }
            guard lineFeed > lineStart, buffer[lineFeed - 1] == 0x0D else { throw .bareLineFeed }
            let line = lineStart..<lineFeed - 1
            lineStart = scanned
            guard let statusLine else {
                self.statusLine = try ResponseParser.statusLine(buffer.extracting(line))
                lines.reserveCapacity(12)
                continue
            }
            if line.isEmpty { return try finish(statusLine, buffer) }
            guard lines.count < RequestParser.maximumFieldCount else { throw .fieldsTooLarge }
            // A line that begins with white space continues the one before; it is no field line.
            let field = try FieldLine(buffer, line)
            lines.append(Request.Line(field, from: 0))
            try considerFraming(field, buffer)
        }
        scanned = buffer.count
        guard scanned <= AnswerParser.maximumHead else { throw .fieldsTooLarge }
        return nil
    }

    private mutating func considerFraming(_ field: FieldLine, _ buffer: Span<UInt8>) throws(ProtocolError) {
        switch field.name.count {
        case 10, 14, 17: try framing.consider(field, in: buffer)
        default: break
        }
    }

    private mutating func finish(
        _ line: (status: Int, isVersion10: Bool), _ buffer: Span<UInt8>
    ) throws(ProtocolError) -> AnswerHead {
        consumed = scanned
        let status = Status(line.status)
        // Both framings together are refused also where there is no content.
        let stated = try framing.framing(isVersion10: line.isVersion10)
        let length = framing.statedLength
        // A server must not send framing fields with 1xx (RFC 9110, sections 8.6 and RFC 9112, section 6.1).
        if status.code < 200, length != nil || stated != .none { throw .invalidContentLength }
        let content: ResponseHead.Framing
        if isToHead || status.forbidsContent {
            content = .none
        } else {
            content =
                switch stated {
                case .chunked: .chunked
                case .length(let length): .length(length)
                case .none: length != nil ? .none : .untilClose
                }
        }
        // A 204 that announces content may be followed by some.
        let isClear = status.code != 204 || stated == .none
        return AnswerHead(
            status: status,
            fieldLines: HeadFields(bytes: [UInt8](copying: buffer.extracting(0..<scanned)), lines: lines),
            framing: content, statedLength: length,
            keepsAlive: !line.isVersion10 && !framing.asksToClose && content != .untilClose && isClear)
    }
}
