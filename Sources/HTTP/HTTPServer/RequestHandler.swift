public import HTTPMessage
public import Sockets

/// What answers requests; one a reactor, called on its thread only.
public protocol RequestHandler: AnyObject {
    /// Called when a request's head is complete.
    func answer(_ request: Request, from peer: String, at turn: Turn) -> Answer

    /// The answer to a message that is broken, too large or too slow. The connection closes behind it.
    func refuse(_ fault: ProtocolFault, from peer: String, at turn: Turn) -> Answer

    /// Called when the last byte of an answer was handed to the connection, or the connection broke before.
    func completed(_ exchange: CompletedExchange)

    /// Returns whether a peer passes on the requests of many clients, as a reverse proxy does. The bound of connections
    /// per address does not hold for it.
    func speaksForOthers(_ peer: IPAddress) -> Bool
}

extension RequestHandler {
    public func speaksForOthers(_ peer: IPAddress) -> Bool { false }
}

/// How a request is answered.
public struct Answer {
    /// Work that waits. It runs on the connection's thread and may suspend; it is cancelled when the connection breaks.
    public typealias Work = @Sendable (RequestBody) async -> Response

    enum Kind {
        case now(Response)
        case later(bodyLimit: Int, work: Work)
    }

    let kind: Kind
    let context: AnyObject?

    /// Answers on the spot. A body that the request announced is read and dropped where it is small; otherwise the
    /// connection closes after the answer.
    /// - Parameter context: handed back in ``CompletedExchange``.
    public static func now(_ response: Response, context: AnyObject? = nil) -> Answer {
        Answer(kind: .now(response), context: context)
    }

    /// What it comes to, for work that found out only later how to answer.
    public func response(to body: RequestBody) async -> Response {
        switch kind {
        case .now(let response): response
        case .later(_, let work): await work(body)
        }
    }

    /// Answers when `work` returns.
    /// - Parameter bodyLimit: a longer body is refused, at once where its length was announced.
    public static func later(bodyLimit: Int, context: AnyObject? = nil, work: @escaping Work) -> Answer {
        Answer(kind: .later(bodyLimit: bodyLimit, work: work), context: context)
    }
}

/// What became of a request, for logs and figures.
public struct CompletedExchange {
    public let status: Status
    /// Bytes of content that were handed over.
    public let contentBytes: Int
    /// From the complete head to the last byte.
    public let nanoseconds: UInt64
    /// The client was gone before the answer was complete.
    public let wasCutShort: Bool
    public let context: AnyObject?
    public let turn: Turn
}
