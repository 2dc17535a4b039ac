internal import Text

/// A response: a status, fields, and content.
public struct Response: Sendable {
    /// Producer of content during sending: called once, on the connection's thread; it writes until it returns. If it
    /// throws, the connection closes, so that a client never takes a partial response for a complete one.
    public typealias Producer = @Sendable (any ResponseWriter) async throws -> Void

    /// The content of a response.
    public enum Body: Sendable {
        case bytes([UInt8])
        /// Content sent in chunks, or to HTTP/1.0 clients until the connection closes.
        case stream(Producer)
    }

    public var status: Status
    public var fields: Fields
    public var body: Body

    public init(_ status: Status, fields: Fields = Fields(), body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = .bytes(body)
    }

    public init(_ status: Status, fields: Fields, producer: @escaping Producer) {
        self.status = status
        self.fields = fields
        self.body = .stream(producer)
    }
}

/// The destination of a streamed response.
public protocol ResponseWriter: Sendable {
    /// Sends bytes; returns when there is room for more. Throws if the connection is lost.
    func write(_ bytes: [UInt8]) async throws
}

/// The fields of a response, in serialized form. The server adds `Date`, `Content-Length` or `Transfer-Encoding`, and
/// `Connection`.
public struct Fields: Sendable, Hashable {
    /// Complete field lines.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public init(_ fields: [(FieldName, String)]) {
        for (name, value) in fields { append(name, value) }
    }

    /// Adds a field. Control characters in the value become spaces, since they could end the line (response splitting).
    public mutating func append(_ name: FieldName, _ value: String) {
        if bytes.isEmpty { bytes.reserveCapacity(384) }
        bytes.append(contentsOf: name.written.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        let span = value.utf8Span.span
        if span.holdsNoControls(in: span.indices) {
            bytes.append(contentsOf: value.utf8)
        } else {
            for byte in value.utf8 { bytes.append(Octet.isFieldValue(byte) ? byte : 0x20) }
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// Adds the lines of another `Fields`.
    public mutating func append(_ other: Fields) {
        bytes.append(contentsOf: other.bytes)
    }

    /// Returns the first value of a field; slow, so not for hot paths.
    public func value(_ name: FieldName) -> String? { values(name).first }

    /// Returns all values of a field, in order.
    public func values(_ name: FieldName) -> [String] {
        bytes.split(separator: 0x0A).compactMap { line in
            let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard parts.count == 2, FieldName(String(decoding: parts[0], as: UTF8.self)) == name else { return nil }
            return String(decoding: parts[1].dropFirst().dropLast(), as: UTF8.self)
        }
    }
}
