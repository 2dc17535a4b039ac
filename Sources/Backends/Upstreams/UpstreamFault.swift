public import HTTPMessage

/// The reason why an upstream's response is missing.
public enum UpstreamFault: Error, Sendable, Hashable {
    /// No address could be reached, or the connection ended before a response. The detail is for logs: it names
    /// addresses and causes, never a query, a field or content.
    case unreachable(String)
    /// Connecting, or the wait for the response's head, took longer than the upstream's `timeout`.
    case tooSlow(String)
    /// There are too many connections to upstreams already, or the process has no descriptor left.
    case noRoom(String)
    /// The response is not HTTP/1.1 as RFC 9112 defines it, or cannot be passed on.
    case badAnswer(String)
    /// The request's body is longer than `body_limit`.
    case bodyTooLarge
    /// The request's body is malformed or arrives too slowly.
    case badBody(ProtocolError)
    /// The method is not passed on: `TRACE` would return the fields that the gateway adds, and `CONNECT` names no path.
    case methodNotForwarded
    /// The permit is for another upstream.
    case foreignPermit
    /// The client is gone; no response is needed.
    case clientGone

    /// Status of the response to the client.
    public var status: Status {
        switch self {
        case .unreachable, .badAnswer: .badGateway
        case .tooSlow: .gatewayTimeout
        case .noRoom: .serviceUnavailable
        case .bodyTooLarge: .contentTooLarge
        case .badBody(let fault): fault.status
        case .methodNotForwarded: .methodNotAllowed
        case .foreignPermit: .internalServerError
        case .clientGone: .badRequest
        }
    }

    /// A stable code for logs and metric labels.
    public var code: String {
        switch self {
        case .unreachable: "unreachable"
        case .tooSlow: "too_slow"
        case .noRoom: "no_room"
        case .badAnswer: "bad_answer"
        case .bodyTooLarge: "body_too_large"
        case .badBody: "bad_body"
        case .methodNotForwarded: "method_not_forwarded"
        case .foreignPermit: "foreign_permit"
        case .clientGone: "client_gone"
        }
    }

    /// Detail for logs.
    public var detail: String {
        switch self {
        case .unreachable(let detail), .tooSlow(let detail), .noRoom(let detail), .badAnswer(let detail): detail
        case .badBody(let fault): fault.rawValue
        case .bodyTooLarge: "the body is longer than body_limit"
        case .methodNotForwarded: "the method is not passed on"
        case .foreignPermit: "the permit is for another upstream"
        case .clientGone: "the client is gone"
        }
    }
}

/// The result of one request to an upstream, for metrics and logs.
public struct UpstreamObservation: Sendable {
    /// How the attempt to get a response ended.
    public enum Outcome: Sendable {
        /// The head of a response arrived.
        case answered(Status)
        case failed(UpstreamFault)
    }

    /// Id of the upstream.
    public let upstream: String
    public let outcome: Outcome
    /// True if the request was sent again after a kept connection turned out to be closed.
    public let wasRepeated: Bool
    /// Time from the call to the head or the failure.
    public let nanoseconds: UInt64
}
