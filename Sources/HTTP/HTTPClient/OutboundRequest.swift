public import Addresses
public import HTTPMessage
public import Text

/// A request to another server.
public struct OutboundRequest: Sendable {
    public var method: Method
    public let url: AbsoluteURL
    /// Fields without `Host`, `Content-Length` and `Connection`, which the client adds.
    public var fields: Fields
    public var body: [UInt8]
    public var policy: OutboundPolicy
    public var limits = OutboundLimits()

    public init(
        _ method: Method = .get, _ url: AbsoluteURL, fields: Fields = Fields(), body: [UInt8] = [],
        policy: OutboundPolicy
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.policy = policy
    }
}

/// Limits on the time and size of a response.
public struct OutboundLimits: Sendable, Hashable {
    /// Time from the call to the established connection.
    public var connect: Duration = .seconds(5)
    /// Time from the sent request to the complete head.
    public var head: Duration = .seconds(10)
    /// Time from the call to the last byte.
    public var whole: Duration = .seconds(20)
    /// Size of the content in bytes.
    public var body = 1 << 20

    public init() {}
}

/// The servers that a request may reach, and how they authenticate.
///
/// The address is checked after the name is resolved, and the client connects to that very address. A name that
/// resolves differently the second time (DNS rebinding) gains nothing.
public struct OutboundPolicy: Sendable, Hashable {
    /// Hosts named in the configuration, in lower case. They may have a loopback or private address.
    public let hosts: Set<ExactText>
    /// Loopback or private addresses that every host may have.
    public let ranges: [AddressRange]
    /// Permits plain HTTP to loopback addresses, for tests and demonstrations.
    public let allowsLoopbackHTTP: Bool
    /// Path of a PEM file of the authorities for the server's certificate; nil for the system's.
    public let authoritiesFile: String?

    public init(
        hosts: [String], ranges: [AddressRange] = [], allowsLoopbackHTTP: Bool = false, authoritiesFile: String? = nil
    ) {
        self.hosts = Set(hosts.map { ExactText($0.asciiLowercased()) })
        self.ranges = ranges
        self.allowsLoopbackHTTP = allowsLoopbackHTTP
        self.authoritiesFile = authoritiesFile
    }
}

/// A complete response of another server.
public struct OutboundResponse: Sendable {
    public let status: Status
    public let fields: Fields
    public let body: [UInt8]

    public init(_ status: Status, fields: Fields = Fields(), body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

extension OutboundResponse {
    /// The registered codings that change the content (RFC 9110, section 18.6, and later ones).
    private static let codings = ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "dcb", "dcz"]

    /// The content coding, cleaned for logs; nil if there is none (RFC 9110, section 8.4). Requests exclude codings,
    /// and the client cannot decode content that has one nevertheless. Values that are no codings, such as a charset,
    /// are ignored. Content that begins as gzip does (RFC 1952, section 2.3.1) is named without the field too.
    public var coding: String? {
        let codings = fields.values(.contentEncoding).flatMap { $0.words(between: ",", " ", "\t") }
        let isCoded = codings.contains { coding in
            OutboundResponse.codings.contains { $0.isExactly(ignoringASCIICase: coding) }
        }
        if isCoded { return codings.joined(separator: ", ").quoted(atMost: 40) }
        return body.starts(with: [0x1F, 0x8B]) ? "gzip" : nil
    }
}

/// The reason why a request has no usable response.
public struct OutboundError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of a failure.
    public enum Kind: String, Sendable, Hashable {
        /// The policy forbids the scheme or the address.
        case notAllowed = "not_allowed"
        case notResolved = "not_resolved"
        case notConnected = "not_connected"
        /// The certificate is invalid or the handshake failed.
        case insecure
        case timedOut = "timed_out"
        case tooLarge = "too_large"
        /// The response is not HTTP, or breaks its rules.
        case malformed
        /// The connection ended before the response did.
        case cutShort = "cut_short"
    }

    public let kind: Kind
    /// True if a response arrived but cannot be read: the server works, and repeating the request is useless.
    public var isOfAnswer: Bool { kind == .tooLarge || kind == .malformed }
    /// Detail for logs: names hosts and causes, never a query, a field or a body.
    public let detail: String

    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    public var description: String { "\(kind.rawValue): \(detail)" }
}

/// A sender of requests: ``HTTPClient``, or a replacement in tests.
public protocol OutboundHTTP: Sendable {
    /// Sends a request and returns its response; redirects are returned like other responses.
    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse
}
