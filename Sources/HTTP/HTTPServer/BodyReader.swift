internal import HTTPMessage
internal import Text

/// A reader that finds the end of a request's content in either framing.
struct BodyReader {
    private var remaining = 0
    private var chunks: ChunkedDecoder?
    private var isEndless = false

    /// A reader of octets that no framing ends, after an upgrade.
    static var endless: BodyReader {
        var reader = BodyReader(.none)
        reader.isEndless = true
        return reader
    }

    init(_ framing: Request.Framing) {
        switch framing {
        case .none: break
        case .length(let length): remaining = length
        case .chunked: chunks = ChunkedDecoder()
        }
    }

    var isDone: Bool { chunks?.isDone ?? (remaining == 0 && !isEndless) }

    /// Remaining bytes of a stated length; nil for chunks and after an upgrade.
    var announced: Int? { chunks == nil && !isEndless ? remaining : nil }

    /// Reads content from the input, at most `limit` bytes.
    /// - Returns: the number of bytes of the input consumed.
    mutating func read(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) throws(ProtocolError) -> Int {
        if isEndless {
            let count = min(limit, input.count)
            output.append(copying: input.extracting(0..<count))
            return count
        }
        guard chunks == nil else {
            return try chunks?.decode(input, into: &output, limit: limit) ?? 0
        }
        let count = min(remaining, limit, input.count)
        output.append(copying: input.extracting(0..<count))
        remaining -= count
        return count
    }
}
