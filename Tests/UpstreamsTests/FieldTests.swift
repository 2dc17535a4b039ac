import HTTPMessage
import Testing

@testable import Upstreams

@Suite("Names that belong to the gateway")
struct ReservedNameTests {
    @Test(
        "a field of the gateway is recognized in each spelling",
        arguments: [
            "X-Forwarded-User", "x_forwarded_user", "X_Forwarded-For", "X-FORWARDED-ANYTHING", "X-Gatehouse-Assertion",
            "x_gatehouse_role", "X-Original-URL", "X_Original_Method", "Forwarded", "fORWARDED", "X-Real-IP",
            "X_Real_IP",
            "X-Rewrite-URL", "X_Rewrite_Url", "X-Script-Name", "Remote-User", "Remote_User", "X-Remote-User",
            "X-HTTP-Method", "X_HTTP_Method_Override", "X-Method-Override", "X-Request-Id", "X_Request_ID",
        ])
    func reserved(_ name: String) { #expect(ReservedFields.areOfGateway(name)) }

    @Test(
        "other fields are not",
        arguments: [
            "X-Forwarded", "X-Forwardedness", "Accept", "X-Originals", "Forwarded-By", "X-Tenant", "Cookie", "", "X",
        ])
    func free(_ name: String) { #expect(!ReservedFields.areOfGateway(name)) }

    static let cookies: [(String, String?)] = [
        ("a=b; c=d", "a=b; c=d"), ("gatehouse=x", nil), ("a=b; __Host-gatehouse=x; c=d", "a=b; c=d"),
        ("a=b;__Host-gatehouse-app=x", "a=b"), ("__host-GATEHOUSE-browser=1; a=b", "a=b"),
        ("__Secure-gatehouse-begin=1;a=b;;", "a=b"), (" gatehouse =x; a=gatehouse", "a=gatehouse"),
        ("=__Host-gatehouse-app=x", nil), ("gatehouse", nil),
        ("my-gatehouse=1; gatehouses=2", "my-gatehouse=1; gatehouses=2"),
        ("gatehouse-app=1; gatehouse-app=2; z=\"a\"", "z=\"a\""),
    ]

    @Test("the gateway's cookies are removed, and no others", arguments: cookies)
    func removed(_ value: String, _ kept: String?) {
        let left = GatewayCookies.removed(from: Array(value.utf8)[...])
        #expect(left.map { String(decoding: $0, as: UTF8.self) } == kept)
    }

    @Test(
        "a response sets no cookie of the gateway, as browsers read its name",
        arguments: [
            "gatehouse=x", "__Host-gatehouse=x; Path=/", "\t gatehouse-app\t = x", "=__Host-gatehouse-app=x",
            "==gatehouse=x",
            "GATEHOUSE-BEGIN=1", "__hOST-gatehouse-browser=1", "gatehouse", "= gatehouse", "=", "__Secure-gatehouse=1",
        ].filter { $0 != "=" })
    func set(_ value: String) { #expect(GatewayCookies.areSet(by: Array(value.utf8)[...])) }

    @Test(
        "other cookies may be set", arguments: ["a=gatehouse", "a=b; c=gatehouse=1", "my-gatehouse=1", "", "=", "id=1"])
    func mayBeSet(_ value: String) { #expect(!GatewayCookies.areSet(by: Array(value.utf8)[...])) }
}
