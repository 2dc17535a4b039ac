@testable import HTTPMessage

/// The result of reading bytes that should be one request.
struct MessageReading: Hashable, Sendable {
    var fault: ProtocolError?
    /// True if the message was complete.
    var isComplete = false
    var content: [UInt8] = []
    /// Number of bytes after the message.
    var left = 0

    /// Reads a message whose bytes arrive in pieces that end at `cuts`.
    init(_ bytes: [UInt8], cuts: [Int] = []) {
        var parser = RequestParser()
        var body: Body?
        var buffer: [UInt8] = []
        var start = 0
        do {
            for cut in cuts + [bytes.count] {
                buffer.append(contentsOf: bytes[start..<cut])
                start = cut
                if body == nil, let request = try parser.parse(buffer.span) {
                    body = Body(request.framing)
                    buffer.removeFirst(parser.consumed)
                }
                guard body != nil else { continue }
                let used = try body?.read(buffer, into: &content) ?? 0
                buffer.removeFirst(used)
            }
        } catch let caught as ProtocolError {
            fault = caught
            return
        } catch {}
        isComplete = body?.isDone ?? false
        left = buffer.count
    }

    /// Reads the bytes at once, split in two at every position, and byte by byte; returns the distinct results.
    ///
    /// For messages longer than 2 KiB, only every 997th position and those near the ends are tried.
    static func all(of bytes: [UInt8]) -> Set<MessageReading> {
        var results: Set<MessageReading> = [MessageReading(bytes), MessageReading(bytes, cuts: Array(bytes.indices))]
        for cut in bytes.indices where bytes.count < 2048 || cut < 8 || cut > bytes.count - 8 || cut % 997 == 0 {
            results.insert(MessageReading(bytes, cuts: [cut]))
        }
        return results
    }

    private enum Body {
        case length(Int)
        case chunks(ChunkedDecoder)

        init(_ framing: Request.Framing) {
            switch framing {
            case .none: self = .length(0)
            case .length(let length): self = .length(length)
            case .chunked: self = .chunks(ChunkedDecoder())
            }
        }

        var isDone: Bool {
            switch self {
            case .length(let remaining): remaining == 0
            case .chunks(let decoder): decoder.isDone
            }
        }

        mutating func read(_ bytes: [UInt8], into content: inout [UInt8]) throws -> Int {
            switch self {
            case .length(let remaining):
                let count = min(remaining, bytes.count)
                content += bytes[..<count]
                self = .length(remaining - count)
                return count
            case .chunks(var decoder):
                defer { self = .chunks(decoder) }
                return try decoder.decode(bytes.span, into: &content, limit: .max)
            }
        }
    }
}

/// Parses a text as one complete request head.
func request(_ text: String) throws -> Request {
    var parser = RequestParser()
    let bytes = Array(text.utf8)
    guard let request = try parser.parse(bytes.span) else { throw IncompleteError() }
    return request
}

struct IncompleteError: Error {}
