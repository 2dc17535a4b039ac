internal import HTTPMessage

/// Where a request's content ends, whichever way it is framed.
struct BodyReader {
    private var remaining = 0
    private var chunks: ChunkedDecoder?

    init(_ framing: Request.Framing) {
        switch framing {
        case .none: break
        case .length(let length): remaining = length
        case .chunked: chunks = ChunkedDecoder()
        }
    }

    var isDone: Bool { chunks?.isDone ?? (remaining == 0) }

    /// The announced length, `nil` for chunks.
    var announced: Int? { chunks == nil ? remaining : nil }

    /// Takes content from the input, at most `limit` bytes of it.
    /// - Returns: how many bytes of the input were used.
    mutating func read(_ input: Span<UInt8>, into output: inout [UInt8], limit: Int) throws(ProtocolFault) -> Int {
        guard chunks == nil else {
            return try chunks?.decode(input, into: &output, limit: limit) ?? 0
        }
        let count = min(remaining, limit, input.count)
        output.reserveCapacity(output.count + count)
        for index in 0..<count { output.append(input[index]) }
        remaining -= count
        return count
    }
}
