public import DemoSites
public import HTTPMessage
public import Time

extension DemoProvider: DemoSite {
    public func answer(_ request: Request, body: [UInt8], at now: Timestamp) -> Response {
        answer(request.method, request.target, field: { request.field($0) }, body: body, at: now)
    }

    public func refuse(_ fault: ProtocolError) -> Response {
        DemoPages.message(fault.status, "Invalid request", fault.rawValue)
    }
}
