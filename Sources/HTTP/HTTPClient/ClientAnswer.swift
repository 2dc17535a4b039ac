internal import HTTPMessage
internal import Text

/// An incremental reader of a response: its head, then its content, up to a limit. Pure: bytes in, a verdict out.
struct ClientAnswer {
    struct ReadingError: Error {
        let kind: OutboundError.Kind
        let detail: String
    }

    private(set) var head: ResponseHead?
    private(set) var body: [UInt8] = []
    /// True if bytes follow the response's end, which no request asked for.
    private(set) var hasExcess = false
    private let limit: Int
    private var parser: ResponseParser
    private var input: [UInt8] = []
    private var chunks = ChunkedDecoder()

    init(isToHead: Bool, limit: Int) {
        parser = ResponseParser(toHead: isToHead)
        self.limit = limit
    }

    /// True if the end of the connection ends the response.
    var endsWithConnection: Bool { head?.framing == .untilClose }

    /// Consumes bytes; returns true if the response is complete.
    mutating func take(_ bytes: Span<UInt8>) throws(ReadingError) -> Bool {
        guard head == nil else { return try takeContent(bytes) }
        input.append(copying: bytes)
        var parser = parser
        do throws(ProtocolError) {
            defer { self.parser = parser }
            guard let head = try parser.parse(input.span) else { return false }
            self.head = head
        } catch {
            throw ReadingError(kind: error == .fieldsTooLarge ? .tooLarge : .malformed, detail: error.rawValue)
        }
        if case .length(let length) = head?.framing, length > limit {
            throw ReadingError(kind: .tooLarge, detail: "the response states a length of more than \(limit) bytes")
        }
        let all = input
        input = []
        return try takeContent(all.span.extracting(parser.consumed..<all.count))
    }

    private mutating func takeContent(_ bytes: Span<UInt8>) throws(ReadingError) -> Bool {
        switch head?.framing {
        case .length(let length):
            let count = min(length - body.count, bytes.count)
            body.append(copying: bytes.extracting(0..<count))
            hasExcess = count < bytes.count
            return body.count == length
        case .untilClose:
            guard body.count + bytes.count <= limit else { throw tooLarge }
            body.append(copying: bytes)
            return false
        case .chunked:
            let used: Int
            do throws(ProtocolError) {
                used = try chunks.decode(bytes, into: &body, limit: limit + 1 - body.count)
            } catch {
                throw ReadingError(kind: .malformed, detail: error.rawValue)
            }
            guard body.count <= limit else { throw tooLarge }
            hasExcess = used < bytes.count
            return chunks.isDone
        case .some(.none), nil:
            hasExcess = bytes.count > 0
            return true
        }
    }

    private var tooLarge: ReadingError {
        ReadingError(kind: .tooLarge, detail: "the response is larger than \(limit) bytes")
    }
}
