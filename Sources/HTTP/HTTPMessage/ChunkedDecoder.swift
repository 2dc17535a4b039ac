internal import Text

/// A decoder of the chunked transfer coding (RFC 9112, section 7.1); the split of the bytes makes no difference.
///
/// Trailer fields are checked against the field grammar and dropped: fields that frame or authorize the request must
/// not follow it.
public struct ChunkedDecoder: Sendable {
    private enum State: Sendable, Equatable {
        case size, extensions(ChunkExtension), sizeLineFeed, data, dataReturn, dataLineFeed, trailer, done
    }

    static let maximumExtensions = 1024
    static let maximumTrailers = 8 << 10

    private var state = State.size
    private var sizeDigits = 0
    private var remaining = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0
    private var trailerLine: [UInt8] = []

    public init() {}

    /// True after the last chunk and its trailers.
    public var isDone: Bool { state == .done }

    /// Reads `input` and appends at most `limit` bytes of content to `output`; stops after the last chunk.
    /// - Returns: the number of bytes of `input` consumed.
    public mutating func decode(
        _ input: Span<UInt8>, into output: inout [UInt8], limit: Int
    ) throws(ProtocolError) -> Int {
        var index = 0
        var room = limit
        while index < input.count, state != .done {
            if state == .data {
                let count = min(remaining, room, input.count - index)
                guard count > 0 else { break }
                output.append(copying: input.extracting(index..<index + count))
                index += count
                room -= count
                remaining -= count
                if remaining == 0 { state = .dataReturn }
            } else {
                try step(input[index])
                index += 1
            }
        }
        return index
    }

    private mutating func step(_ byte: UInt8) throws(ProtocolError) {
        switch state {
        case .size:
            if let digit = Octet.hexadecimalValue(byte) {
                // Fifteen digits allow 2^60 bytes, which is ample and cannot overflow.
                guard sizeDigits < 15 else { throw .invalidChunk }
                remaining = remaining << 4 | Int(digit)
                sizeDigits += 1
            } else if sizeDigits == 0 {
                throw .invalidChunk
            } else if byte == 0x0D {
                state = .sizeLineFeed
            } else if byte == UInt8(ascii: ";") {
                state = .extensions(ChunkExtension())
            } else {
                throw .invalidChunk
            }
        case .extensions(var grammar):
            if byte == 0x0D, grammar.mayEnd {
                state = .sizeLineFeed
            } else {
                extensionBytes += 1
                guard extensionBytes <= ChunkedDecoder.maximumExtensions, grammar.take(byte) else {
                    throw .invalidChunk
                }
                state = .extensions(grammar)
            }
        case .sizeLineFeed:
            guard byte == 0x0A else { throw .invalidChunk }
            sizeDigits = 0
            state = remaining == 0 ? .trailer : .data
        case .dataReturn:
            guard byte == 0x0D else { throw .invalidChunk }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw .invalidChunk }
            state = .size
        case .trailer: try stepTrailer(byte)
        case .data, .done: break
        }
    }

    private mutating func stepTrailer(_ byte: UInt8) throws(ProtocolError) {
        trailerBytes += 1
        guard trailerBytes <= ChunkedDecoder.maximumTrailers else { throw .fieldsTooLarge }
        guard byte == 0x0A else {
            trailerLine.append(byte)
            return
        }
        guard trailerLine.popLast() == 0x0D else { throw .bareLineFeed }
        if trailerLine.isEmpty {
            state = .done
            return
        }
        trailerCount += 1
        guard trailerCount <= RequestParser.maximumFieldCount else { throw .fieldsTooLarge }
        _ = try FieldLine(trailerLine.span, 0..<trailerLine.count)
        trailerLine.removeAll(keepingCapacity: true)
    }
}
