/// Placeholder until the engine below is in place.
public final class HTTPClient: OutboundHTTP {
    public init() {}
    public func send(_ request: OutboundRequest) async throws(OutboundFault) -> OutboundResponse {
        throw OutboundFault(.notConnected, "not built yet")
    }
}
