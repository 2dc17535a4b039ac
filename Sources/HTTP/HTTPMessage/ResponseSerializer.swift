/// A writer of response heads.
public struct ResponseSerializer {
    /// The line `Date: …` with its line end; the owner of the clock updates it once per second.
    public var dateLine: [UInt8] = []

    public init() {}

    /// The way in which the end of the content is marked (RFC 9112, section 6).
    public enum Framing {
        case length(Int)
        case chunked
        case untilClose
        /// No content: 1xx, 204 and 304.
        case none
    }

    /// Appends a response head, with its framing fields and, if `closes` is true, `Connection: close`.
    ///
    /// - Parameter statesDate: true if the fields have `Date`.
    public func append(
        _ status: Status, _ fields: Fields, framing: Framing, closes: Bool, statesDate: Bool = false,
        to bytes: inout [UInt8]
    ) {
        switch status.code {
        case 200: bytes.append(contentsOf: "HTTP/1.1 200 OK\r\n".utf8)
        default:
            bytes.append(contentsOf: "HTTP/1.1 ".utf8)
            ResponseSerializer.append(decimal: status.code, to: &bytes)
            bytes.append(0x20)
            bytes.append(contentsOf: status.phrase.utf8)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        if !statesDate { bytes.append(contentsOf: dateLine) }
        bytes.append(contentsOf: fields.bytes)
        switch framing {
        case .length(let count):
            bytes.append(contentsOf: "Content-Length: ".utf8)
            ResponseSerializer.append(decimal: count, to: &bytes)
            bytes.append(contentsOf: "\r\n".utf8)
        case .chunked: bytes.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .untilClose, .none: break
        }
        if closes { bytes.append(contentsOf: "Connection: close\r\n".utf8) }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// Appends an interim response, which has no content and no `Date` (RFC 9110, section 15.2).
    public static func append(interim status: Status, _ fields: Fields, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "HTTP/1.1 \(status.code) \(status.phrase)\r\n".utf8)
        bytes.append(contentsOf: fields.bytes)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// Appends one chunk (RFC 9112, section 7.1). `content` must not be empty, since an empty chunk is the last one.
    public static func append(chunk content: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(content.count, radix: 16).utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: content)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    public static func append(decimal number: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(0x30 + number / divisor % 10))
            divisor /= 10
        }
    }
}
