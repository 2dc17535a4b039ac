internal import Assertions
public import DemoSites
public import HTTPClient
public import HTTPMessage
internal import Text
public import Time

/// A small application behind the demo's gateway. It shows the identity fields that arrived, and verifies the assertion
/// itself, with the gateway's published keys. Without a verified assertion it shows no page that needs a user.
public final class DemoApplication: DemoSite {
    /// The application's id in the demo's configuration, which is the audience of its assertions.
    public static let id = "reports"
    /// The application's name in the demo's configuration.
    public static let name = "Reports"
    /// The host name at which browsers reach the application.
    public static let host = "reports.localhost"

    private let check: AssertionCheck

    /// - Parameters:
    ///   - gateway: the gateway's origin, which is the issuer of assertions.
    ///   - http: fetches the gateway's keys.
    public init(behind gateway: String, http: any OutboundHTTP) {
        check = AssertionCheck(
            issuer: gateway, audience: DemoApplication.id,
            keys: GatewayKeys(url: gateway + DemoApplication.keysPath, http: http))
    }

    /// The path of the JWK set at the gateway.
    private static let keysPath = "/.well-known/jwks.json"

    public func answer(_ request: Request, body: [UInt8], at now: Timestamp) async -> Response {
        guard request.method == .get || request.method == .head else {
            var response = ApplicationPages.message(
                .methodNotAllowed, "Method not allowed", "This application only has pages.")
            response.fields.append(.allow, "GET, HEAD")
            return response
        }
        let path = request.target.path
        if path.isExactly("/health") {
            return Response(
                .ok, fields: Fields([(.contentType, "text/plain; charset=utf-8")]), body: Array("ok\n".utf8))
        }
        if path.isExactly(ApplicationPages.stylesheetPath) { return DemoPage.stylesheet }
        guard let page = ApplicationPages.Page.allCases.first(where: { $0.path.isExactly(path) }) else {
            return ApplicationPages.message(
                .notFound, "Page not found", "This application has no page at this address.")
        }
        let fields = IdentityFields.names.map { (name: "\($0)", values: request.fields($0)) }
        guard page != .publicPage else { return ApplicationPages.open(fields) }
        let pages = ApplicationPages(issuer: check.issuer, keysURL: check.keys.url, fields: fields)
        let assertions = fields.last?.values ?? []
        switch await check.verdict(on: assertions, at: now) {
        case .verified(let assertion): return pages.response(page, to: assertion)
        case .refused(let reason): return pages.refusal(page, reason)
        }
    }

    public func refuse(_ fault: ProtocolError) -> Response {
        ApplicationPages.message(fault.status, "Invalid request", fault.rawValue)
    }
}
