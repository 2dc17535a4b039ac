public import HTTPMessage
public import HTTPServer
public import Policy

/// What stands behind the gateway: it gets a request only together with the permit for it.
///
/// Which organization it works for is the permit's to say, never the request's: not its path, nor a field, nor its
/// body.
public protocol Backend: Sendable {
    /// Called on a reactor's thread; what waits is answered later.
    func answer(_ request: Request, with permit: Permit) -> Answer
}
