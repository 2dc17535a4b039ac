import MetricsSnapshots
import Testing

@Suite("Parameters of a query for workspaces")
struct QueryParameterTests {
    @Test(
        "invalid parameters are reported by name",
        arguments: [
            (["limit": "0"], ["limit"]), (["limit": "501"], ["limit"]), (["limit": "+5"], ["limit"]),
            (["limit": "99999999999999999999"], ["limit"]), (["sort": "colour"], ["sort"]),
            (["sort": "Name"], ["sort"]),
            (["order": "up"], ["order"]), (["cursor": "zz"], ["cursor"]), (["cursor": "00"], ["cursor"]),
            (["q": "a\u{0}b"], ["q"]), (["q": String(repeating: "x", count: 1001)], ["q"]),
            (["sort": "x", "limit": "x"], ["sort", "limit"]), (["filter": "Grew"], ["filter"]),
            (["filter": "grew,empty"], ["filter"]), (["sort": "change_30d"], ["sort"]),
        ])
    func refused(parameters: [String: String], names: [String]) {
        let refusal = #expect(throws: QueryError.self) {
            try WorkspaceQuery(parameters.map { (name: $0.key, value: $0.value) })
        }
        #expect(refusal?.faults.map(\.parameter) == names)
        for fault in refusal?.faults ?? [] { #expect(fault.detail.hasPrefix("The ") && fault.detail.hasSuffix(".")) }
    }

    @Test("a duplicate parameter is refused")
    func twice() {
        #expect(throws: QueryError.self) { try WorkspaceQuery([("limit", "5"), ("limit", "5")]) }
    }
}
