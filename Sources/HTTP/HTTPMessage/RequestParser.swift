internal import Text

/// A strict parser of request heads in a growing buffer (RFC 9112).
///
/// The caller keeps all bytes since the request began and passes them each time. The parser remembers its position, so
/// that a head arriving byte by byte costs as much as one arriving at once.
public struct RequestParser: Sendable {
    /// The longest request line in bytes, without its line end.
    public static let maximumRequestLine = 8 << 10
    /// The largest size of all field lines in bytes.
    public static let maximumFields = 32 << 10
    /// The most field lines.
    public static let maximumFieldCount = 100

    /// Returns true if the request line for a target is within this parser's limit.
    public static func fitsRequestLine(_ method: Method, _ target: String) -> Bool {
        method.rawValue.utf8.count + target.utf8.count + " ".utf8.count * 2 + "HTTP/1.1".utf8.count
            <= maximumRequestLine
    }

    private var scanned = 0
    private var lineStart = 0
    private var headStart = 0
    private var fieldsStart: Int?
    private var requestLine = RequestLine()
    private var lines: [Request.Line] = []
    private var framing = FramingFields()

    /// Length of the head in the buffer, in bytes, once a request was returned.
    public private(set) var consumed = 0

    public init() {}

    /// Continues parsing. Returns nil if more bytes are needed; after a request or a fault, use a new parser.
    public mutating func parse(_ buffer: Span<UInt8>) throws(ProtocolError) -> Request? {
        while let lineFeed = buffer.firstIndex(of: 0x0A, from: scanned) {
            scanned = lineFeed + 1
            // The size check comes first, so that the split of the bytes does not decide which fault is reported.
            try checkSize()
            guard lineFeed > lineStart, buffer[lineFeed - 1] == 0x0D else { throw .bareLineFeed }
            let line = lineStart..<lineFeed - 1
            lineStart = scanned
            if fieldsStart == nil {
                // A server should ignore one empty line before the request line (RFC 9112, section 2.2).
                if line.isEmpty, headStart == 0 {
                    headStart = scanned
                    continue
                }
                requestLine = try RequestLine(buffer, line)
                fieldsStart = scanned
                lines.reserveCapacity(12)
            } else if line.isEmpty {
                return try finish(buffer)
            } else {
                try parseField(buffer, line)
            }
        }
        scanned = buffer.count
        try checkSize()
        return nil
    }

    /// Checks the size before a line is parsed, so that the verdict does not depend on the split of the bytes. The
    /// request line's line end, and the empty line after the fields, do not count.
    private func checkSize() throws(ProtocolError) {
        if let fieldsStart {
            guard scanned - fieldsStart <= RequestParser.maximumFields + 2 else { throw .fieldsTooLarge }
        } else {
            guard scanned - headStart <= RequestParser.maximumRequestLine + 2 else { throw .requestLineTooLong }
        }
    }

    // field-line = field-name ":" OWS field-value OWS (RFC 9112, section 5); no folding, no space before the colon
    private mutating func parseField(_ buffer: Span<UInt8>, _ line: Range<Int>) throws(ProtocolError) {
        guard lines.count < RequestParser.maximumFieldCount else { throw .fieldsTooLarge }
        let parsed = try FieldLine(buffer, line)
        lines.append(Request.Line(parsed, from: headStart))
        try framing.consider(parsed, in: buffer)
    }

    private mutating func finish(_ buffer: Span<UInt8>) throws(ProtocolError) -> Request {
        let isVersion10 = requestLine.isVersion10
        guard framing.hosts == 1 || isVersion10 && framing.hosts == 0 else { throw .invalidHost }
        if let authority = requestLine.authority {
            guard let host = framing.host, sameBytes(buffer, authority, host) else { throw .invalidHost }
        }
        consumed = scanned
        // The head's bytes are copied once, into the request.
        let bytes = [UInt8](copying: buffer.extracting(headStart..<scanned))
        return Request(
            bytes: bytes, lines: lines, pathRange: shifted(requestLine.path),
            queryRange: requestLine.query.map(shifted), methodLength: requestLine.methodLength,
            method: requestLine.method,
            framing: try framing.framing(isVersion10: isVersion10), isVersion10: isVersion10,
            keepsAlive: !isVersion10 && !framing.asksToClose, expectsContinue: framing.expectsContinue && !isVersion10)
    }

    private func shifted(_ range: Range<Int>) -> Range<Int> {
        range.lowerBound - headStart..<range.upperBound - headStart
    }

    private func sameBytes(_ buffer: Span<UInt8>, _ a: Range<Int>, _ b: Range<Int>) -> Bool {
        a.count == b.count
            && a.indices.allSatisfy {
                ASCII.lowercased(buffer[$0]) == ASCII.lowercased(buffer[b.lowerBound + $0 - a.lowerBound])
            }
    }
}
