public import HTTPMessage
public import Sockets
public import Text

/// A request to another server.
public struct OutboundRequest: Sendable {
    public var method: Method
    public let url: AbsoluteURL
    /// Without `Host`, `Content-Length` and `Connection`, which the client adds.
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

/// How long and how large an answer may be.
public struct OutboundLimits: Sendable, Hashable {
    public var connect: Duration = .seconds(5)
    /// From the sent request to the complete head.
    public var head: Duration = .seconds(10)
    /// From the call to the last byte.
    public var whole: Duration = .seconds(20)
    /// Bytes of content.
    public var body = 1 << 20

    public init() {}
}

/// Which servers may be reached, and how they prove who they are.
///
/// The address is checked after the name is resolved, and that very address is connected to, so that a name which
/// resolves differently the second time gains nothing.
public struct OutboundPolicy: Sendable, Hashable {
    /// Hosts that the configuration itself names: they may have a loopback or private address. In lower case.
    public let hosts: Set<ExactText>
    /// Loopback or private addresses that any host may have.
    public let ranges: [AddressRange]
    /// Plain HTTP to loopback addresses; for tests and demonstrations.
    public let allowsLoopbackHTTP: Bool
    /// A PEM file of the authorities that sign the server's certificate; `nil` for the system's.
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

/// A complete answer of another server.
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
    /// The coding of the content, cleaned for logs; nil where there is none (RFC 9110, section 8.4). Requests exclude
    /// codings, and content that has one all the same cannot be read here.
    public var coding: String? {
        let codings = fields.values(.contentEncoding).flatMap { $0.words(between: ",", " ", "\t") }
        guard codings.contains(where: { !$0.isExactly(ignoringASCIICase: "identity") }) else { return nil }
        return codings.joined(separator: ", ").quoted(atMost: 40)
    }
}

/// Why there is no answer.
public struct OutboundFault: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable {
        /// The policy forbids the scheme or the address.
        case notAllowed = "not_allowed"
        case notResolved = "not_resolved"
        case notConnected = "not_connected"
        /// The certificate or the handshake.
        case insecure
        case timedOut = "timed_out"
        case tooLarge = "too_large"
        /// The answer is not HTTP, or breaks its rules.
        case malformed
        /// The connection ended before the answer did.
        case cutShort = "cut_short"
    }

    public let kind: Kind
    /// Whether an answer came, and cannot be read: then the server is there, and asking again is of no use.
    public var isOfAnswer: Bool { kind == .tooLarge || kind == .malformed }
    /// For logs: names hosts and causes, never a query, a field or a body.
    public let detail: String

    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    public var description: String { "\(kind.rawValue): \(detail)" }
}

/// Whatever answers outbound requests: ``HTTPClient``, or a stand-in in tests.
public protocol OutboundHTTP: Sendable {
    /// One request, one answer; redirects are answers like any other.
    func send(_ request: OutboundRequest) async throws(OutboundFault) -> OutboundResponse
}
