public import Addresses
public import HTTPMessage
public import Sockets

/// The handler of requests. Each reactor has its own instance, called on its thread only.
public protocol RequestHandler: AnyObject {
    /// Called when a request's head is complete.
    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer

    /// Called for a request on a TLS connection that does not serve the request's host (RFC 9110, section 15.5.20).
    func answer(misdirected request: Request, from peer: String, at turn: Turn) -> Answer

    /// Returns the answer to a message that is malformed, too large or too slow. The connection then closes.
    func refuse(_ fault: ProtocolError, from peer: String, at turn: Turn) -> Answer

    /// Called when the last byte of a response was handed to the connection, or when the connection broke before.
    func completed(_ exchange: CompletedExchange)

    /// Returns true if a peer forwards the requests of many clients, as a reverse proxy does. The limit of connections
    /// per address does not apply to it.
    func speaksForOthers(_ peer: IPAddress) -> Bool
}

extension RequestHandler {
    /// Answers like any other request.
    public func answer(misdirected request: Request, from peer: String, at turn: Turn) -> Answer {
        answer(request, from: peer, at: turn)
    }

    public func speaksForOthers(_ peer: IPAddress) -> Bool { false }
}

/// The answer to a request: a response, or work that returns one.
public struct Answer {
    /// Asynchronous work. It runs on the connection's thread and may suspend; it is cancelled if the connection breaks.
    public typealias Work = @Sendable (RequestBody) async -> Response

    enum Kind {
        case now(Response)
        case later(bodyLimit: Int, work: Work)
    }

    let kind: Kind
    let context: AnyObject?

    /// Creates an immediate answer. A small request body is read and dropped; otherwise the connection closes after the
    /// response.
    /// - Parameter context: returned in ``CompletedExchange``.
    public static func now(_ response: Response, context: AnyObject? = nil) -> Answer {
        Answer(kind: .now(response), context: context)
    }

    /// Returns the response, running the work if there is any. For work that chooses its answer late.
    public func response(to body: RequestBody) async -> Response {
        switch kind {
        case .now(let response): response
        case .later(_, let work): await work(body)
        }
    }

    /// Creates an answer whose response `work` returns.
    /// - Parameter bodyLimit: the longest body in bytes; a longer one is refused, at once if its length was stated.
    public static func later(bodyLimit: Int, context: AnyObject? = nil, work: @escaping Work) -> Answer {
        Answer(kind: .later(bodyLimit: bodyLimit, work: work), context: context)
    }
}

/// A finished request, for logs and metrics.
public struct CompletedExchange {
    /// Status of the response; 499 if the connection broke before its end.
    public let status: Status
    /// Bytes of content handed to the connection.
    public let contentBytes: Int
    /// Time from the complete head to the last byte.
    public let nanoseconds: UInt64
    /// True if the connection broke before the response was complete.
    public let wasCutShort: Bool
    /// Context that the handler gave to its ``Answer``.
    public let context: AnyObject?
    public let turn: Turn
}
