public import HTTPMessage
public import Time

/// A web site of the demo: a function of requests that uses no sockets. ``DemoServer`` serves it.
public protocol DemoSite: Sendable {
    /// Responds to one request.
    ///
    /// - Parameter body: the content; empty if there is none or it could not be read.
    func answer(_ request: Request, body: [UInt8], at now: Timestamp) async -> Response

    /// Responds to a message that is not valid HTTP, too long or too slow.
    func refuse(_ fault: ProtocolError) -> Response
}
