import Identities
import Testing

@testable import Server
@testable import WorkspaceMetrics

@Suite("Long tables")
struct LongTableTests {
    @Test(
        "long searches and exports run off the reactor, a few at a time",
        arguments: [("q=9", 114), ("owner=absent", 0), ("q=w", 500)])
    func offReactor(query: String, count: Int) async throws {
        let keys = try StaticKeys()
        let world = try GatewayWorld(keys)
        let token = try keys.token("acme-viewers")
        let path = "/api/v1/organizations/acme/workspaces"
        let csv = ["Accept: text/csv"]
        #expect(try await !world.get("\(path)?\(query)", token: token).isWork)
        #expect(try await !world.send("GET", path, token: token, fields: csv).isWork)
        try world.fill("acme", workspaces: (0..<600).map { "w\($0)" })
        #expect(try await !world.get(path, token: token).isWork)
        #expect(try await world.get("\(path)?\(query)", token: token).isWork)
        #expect(try await world.send("GET", path, token: token, fields: csv).isWork)
        #expect(try await world.get("/organizations/acme?format=csv", token: token).isWork)
        let found = try await world.get("\(path)?limit=500&\(query)", token: token)
        #expect(found.status == 200 && found.items.count == count, "\(found.items.count)")
        let page = try await world.get("/organizations/acme?\(query)", token: token)
        #expect(page.status == 200 && page.body.contains("<table") == (count > 0))
    }

    @Test(
        "the first request for an organization waits until it is loaded, and later ones do not",
        arguments: ["workspaces", "workspaces/soc", "summary", "workspaces?filter=empty"])
    func loading(path: String) async throws {
        let keys = try StaticKeys()
        let world = try GatewayWorld(keys)
        let token = try keys.token("acme-viewers")
        let path = "/api/v1/organizations/acme/\(path)"
        let expected = try await world.get(path, token: token)
        try #require(world.store.memory.existing(OrganizationID("acme")!)).giveUp()
        let refused = try await world.get("/api/v1/organizations/acme/workspaces?sort=x", token: token)
        #expect(refused.status == 400 && !refused.isWork)
        #expect(try await world.decide("GET", "/organizations/acme", token: token).isWork)
        let first = try await world.get(path, token: token)
        #expect(
            first.isWork && first.status == 200 && first.body == expected.body
                && first.field("ETag") == expected.field("ETag"))
        let second = try await world.get(path, token: token)
        #expect(!second.isWork && second.body == expected.body)
    }
}
