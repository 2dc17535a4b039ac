import Inventory
import Testing

@testable import WorkspaceMetrics

@Suite("Uncounted content of an inventory")
struct IgnoredContentTests {
    private let dense = "[" + Array(repeating: "1", count: 100_000).joined(separator: ",") + "]"

    @Test("unknown members are accepted anywhere and do not change the counts")
    func ignored() async throws {
        let world = try TestStore()
        try await world.put(example)
        let before = try await world.inventory()
        let more =
            example
            .replacing("\"colour\": \"blue\"", with: "\"colour\": \(dense)")
            .replacing(
                "\"roles\": [ { \"id\": \"owner\"",
                with: "\"extra\": [\(dense)], \"roles\": [ { \"x\": {\"id\":\(dense)}, \"id\": \"owner\"")
        #expect(more.utf8.count > 500_000)
        #expect(try await world.put(more).isSuccess)
        #expect(try await world.inventory() == before)
    }

    @Test("unknown members must still be valid JSON", arguments: ["[1,]", "{\"a\":1,\"a\":2}", "tru", "\"\u{1}\""])
    func broken(_ value: String) async throws {
        let world = try TestStore()
        for text in [
            "{\"extra\":[\(value)],\"workspaces\":[]}", "{\"extra\":\(value),\"workspaces\":[]}",
            "{\"workspaces\":[{\"id\":\"w\",\"name\":\"W\",\"extra\":\(value)}]}",
        ] {
            guard case .failure(.syntax) = try await world.put(text) else {
                Issue.record("\(text) was accepted")
                continue
            }
        }
    }
}
