import Testing

@testable import MetricsSnapshots
@testable import WorkspaceMetrics

@Suite("Queries over many workspaces")
struct LongQueryTests {
    @Test("a query is long if it reads all rows, or if it needs an order that is not arranged since the import")
    func length() async throws {
        let world = try TestStore()
        let rows = (0..<500).map { "{\"id\":\"w\($0)\",\"name\":\"W\($0)\"}" }
        try await world.put("{\"workspaces\":[\(rows.joined(separator: ","))]}")
        func isLong(_ parameters: [(name: String, value: String)], _ format: Representation.Format = .json) throws
            -> Bool
        {
            world.store.snapshot(of: .acme).isLong(try WorkspaceQuery(parameters), as: format)
        }
        #expect(try !isLong([]) && isLong([], .csv) && isLong([("q", "w")]) && isLong([("owner", "o")]))
        #expect(try isLong([("filter", "empty")]) && isLong([("sort", "runners"), ("order", "desc")]))
        _ = try world.page([("sort", "runners"), ("order", "desc")])
        #expect(try !isLong([("sort", "runners"), ("order", "desc")]))
        try await world.change(
            #"{"op":"put_runner","workspace":"w1","runner":{"id":"r","name":"R","hosting":"cloud"}}"#
        ).get()
        #expect(try !isLong([("sort", "runners"), ("order", "desc")]))
        try await world.put("{\"workspaces\":[\(rows.joined(separator: ","))]}")
        #expect(try isLong([("sort", "runners"), ("order", "desc")]) && isLong([("sort", "runners")]))
    }
}
