internal import Text

/// The head of a response from another server.
public struct ResponseHead: Sendable {
    /// The content that follows the head (RFC 9112, section 6.3).
    public enum Framing: Sendable, Hashable {
        case none
        case length(Int)
        case chunked
        /// The content ends when the connection closes.
        case untilClose
    }

    public let status: Status
    public let fields: Fields
    public let framing: Framing
    /// True if the connection may be used for another request.
    public let keepsAlive: Bool
}

/// A parser of response heads in a growing buffer, as strict as ``RequestParser``: messages that two parsers could read
/// differently are refused. The one exception is folded fields, which a user agent must accept (RFC 9112, section 5.2).
public struct ResponseParser: Sendable {
    /// The largest head in bytes.
    public static let maximumHead = 64 << 10

    private let isToHead: Bool
    private var scanned = 0
    private var lineStart = 0
    private var statusLine: (status: Int, isVersion10: Bool)?
    private var fields = Fields()
    private var fieldCount = 0
    private var framing = FramingFields()
    /// The last field line, which the next line may continue; empty before the first field.
    private var pending: [UInt8] = []

    /// Length in bytes of the head in the buffer, once a head was returned, including informational responses before
    /// it.
    public private(set) var consumed = 0

    /// - Parameter isToHead: true if the request was a HEAD, whose response has no content.
    public init(toHead isToHead: Bool = false) {
        self.isToHead = isToHead
    }

    /// Continues parsing. Returns nil if more bytes are needed; after a head or a fault, use a new parser.
    public mutating func parse(_ buffer: Span<UInt8>) throws(ProtocolError) -> ResponseHead? {
        while scanned < buffer.count {
            guard buffer[scanned] == 0x0A else {
                scanned += 1
                continue
            }
            let lineFeed = scanned
            scanned += 1
            guard scanned <= ResponseParser.maximumHead else { throw .fieldsTooLarge }
            guard lineFeed > lineStart, buffer[lineFeed - 1] == 0x0D else { throw .bareLineFeed }
            let line = lineStart..<lineFeed - 1
            lineStart = scanned
            if let statusLine {
                if !line.isEmpty {
                    try take(buffer.extracting(line))
                    continue
                }
                try endField()
                if statusLine.status < 200 {
                    // An informational response is followed by another one; 101 was not requested (RFC 9110, section
                    // 15.2).
                    guard statusLine.status != 101 else { throw .invalidRequestLine }
                    self.statusLine = nil
                    (fields, fieldCount, framing) = (Fields(), 0, FramingFields())
                } else {
                    consumed = scanned
                    return try finish(statusLine)
                }
            } else {
                statusLine = try ResponseParser.statusLine(buffer.extracting(line))
            }
        }
        guard scanned <= ResponseParser.maximumHead else { throw .fieldsTooLarge }
        return nil
    }

    // status-line = HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112, section 4); a missing last space is
    // accepted.
    static func statusLine(_ line: Span<UInt8>) throws(ProtocolError) -> (status: Int, isVersion10: Bool) {
        guard line.count >= 12 else { throw .invalidRequestLine }
        guard line.holds("HTTP/1.", in: 0..<7) else { throw .unsupportedVersion }
        guard line[7] == 0x30 || line[7] == 0x31 else { throw .unsupportedVersion }
        guard line[8] == 0x20, line.count == 12 || line[12] == 0x20 else { throw .invalidRequestLine }
        var status = 0
        for index in 9..<12 {
            guard (0x30...0x39).contains(line[index]) else { throw .invalidRequestLine }
            status = status * 10 + Int(line[index] - 0x30)
        }
        guard (100...599).contains(status), line.holdsNoControls(in: 12..<line.count) else {
            throw .invalidRequestLine
        }
        return (status, line[7] == 0x30)
    }

    // obs-fold = OWS CRLF RWS, which becomes a space before the field is read (RFC 9112, section 5.2)
    private mutating func take(_ line: Span<UInt8>) throws(ProtocolError) {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }
        var start = 0
        if isBlank(line[0]) {
            guard !pending.isEmpty else { throw .invalidField }
            while let last = pending.last, isBlank(last) { pending.removeLast() }
            while start < line.count, isBlank(line[start]) { start += 1 }
            pending.append(0x20)
        } else {
            try endField()
        }
        pending.append(copying: line.extracting(start..<line.count))
    }

    private mutating func endField() throws(ProtocolError) {
        guard !pending.isEmpty else { return }
        let line = pending
        pending.removeAll(keepingCapacity: true)
        try parseField(line.span, 0..<line.count)
    }

    private mutating func parseField(_ buffer: Span<UInt8>, _ line: Range<Int>) throws(ProtocolError) {
        fieldCount += 1
        guard fieldCount <= RequestParser.maximumFieldCount else { throw .fieldsTooLarge }
        let parsed = try FieldLine(buffer, line)
        for name in ["connection", "content-length", "transfer-encoding"] as [StaticString]
        where parsed.isNamed(name, in: buffer) {
            try framing.consider(parsed, in: buffer)
        }
        func text(_ range: Range<Int>) -> String {
            String(decoding: [UInt8](copying: buffer.extracting(range)), as: UTF8.self)
        }
        guard let name = FieldName(text(parsed.name)) else { throw .invalidField }
        fields.append(name, text(parsed.value))
    }

    private func finish(_ line: (status: Int, isVersion10: Bool)) throws(ProtocolError) -> ResponseHead {
        let status = Status(line.status)
        let framing: ResponseHead.Framing
        if isToHead || status.forbidsContent {
            framing = .none
        } else {
            framing =
                switch try self.framing.framing(isVersion10: line.isVersion10) {
                case .chunked: .chunked
                case .length(let length): .length(length)
                case .none: self.framing.hasLength ? .none : .untilClose
                }
        }
        return ResponseHead(
            status: status, fields: fields, framing: framing,
            keepsAlive: !line.isVersion10 && !self.framing.asksToClose && framing != .untilClose)
    }
}
