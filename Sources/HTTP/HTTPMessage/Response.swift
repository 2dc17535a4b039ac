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
        /// Content of another server's response, or the lack of it.
        case forwarded(ForwardedContent)
        /// After the head of a 101 the connection carries octets of another protocol (RFC 9110, section 7.8).
        case tunnel(TunnelCarrier)
    }

    public var status: Status
    public var fields: Fields
    public var body: Body
    /// True if `fields` has the field `Date`, so that the server adds none (RFC 9110, section 6.6.1).
    public var statesDate = false

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

    public init(_ status: Status, fields: Fields, forwarding content: ForwardedContent) {
        self.status = status
        self.fields = fields
        self.body = .forwarded(content)
    }

    /// Creates the response that switches protocols; its fields name the protocol.
    public init(switchingProtocols fields: Fields, carrier: @escaping TunnelCarrier) {
        self.status = .switchingProtocols
        self.fields = fields
        self.body = .tunnel(carrier)
    }
}

/// The content of a response that another server sends. While the producer runs, the request's body can be read.
public struct ForwardedContent: Sendable {
    /// The stated length in bytes, sent as `Content-Length`. The producer writes exactly as many bytes, or the
    /// connection breaks. If nil, the content is sent in chunks.
    public var length: Int?
    /// Producer of the content; nil if none is sent: to `HEAD`, and with 204 and 304.
    public var producer: Response.Producer?

    public init(length: Int?, producer: Response.Producer?) {
        self.length = length
        self.producer = producer
    }
}

/// Work that carries octets between an upgraded connection and another one until both directions have ended. It runs on
/// the connection's thread, and is cancelled if the connection breaks.
///
/// - Returns: false if the connection is to be broken off at once, without sending what waits.
public typealias TunnelCarrier = @Sendable (any TunnelEnd) async -> Bool

/// The client's end of an upgraded connection.
public protocol TunnelEnd: Sendable {
    /// Returns the next octets, never empty; nil after the client has ended its direction. Throws if the connection is
    /// lost.
    func read() async throws -> [UInt8]?
    /// Sends octets; returns when there is room for more. Throws if the connection is lost.
    func write(_ bytes: [UInt8]) async throws
    /// Ends the direction to the client, after what was written.
    func endWriting()
    /// Breaks the connection to the client at once, without what waits.
    func abort()
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

    /// Adds a field whose name and value were parsed from a message, octet by octet.
    ///
    /// - Parameters:
    ///   - name: a token; another name is not added.
    ///   - value: octets of a value. Control characters become spaces.
    public mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        guard !name.isEmpty else { return }
        for index in name.indices where !Octet.isToken(name[index]) { return }
        if bytes.isEmpty { bytes.reserveCapacity(384) }
        bytes.append(copying: name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(0x20)
        if value.holdsNoControls(in: value.indices) {
            bytes.append(copying: value)
        } else {
            for index in value.indices { bytes.append(Octet.isFieldValue(value[index]) ? value[index] : 0x20) }
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    /// Adds the lines of another `Fields`.
    public mutating func append(_ other: Fields) {
        bytes.append(contentsOf: other.bytes)
    }

    /// The names of the fields, in order; slow, so not for hot paths.
    public var names: [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0A).map { $0.prefix { $0 != UInt8(ascii: ":") } }
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
