import Endpoints
import HTTPMessage
import Identities
import Sockets
import Testing
import Time
import Web

@testable import HTTPServer
@testable import Server

@Suite("Size limits of request bodies")
struct BodyLimitTests {
    private let world: GatewayWorld
    private let manager: String
    private let publisher: String

    init() throws {
        let keys = try StaticKeys()
        world = try GatewayWorld(keys)
        manager = try keys.token("acme-managers")
        publisher = try keys.token("acme-publishers")
    }

    @Test("a body has at most 1 MiB, and an inventory has the configured limit")
    func everywhere() async throws {
        var measured = 0
        for endpoint in world.router.resources.flatMap(\.endpoints) {
            let path = endpoint.path.text.replacing("{org}", with: "acme").replacing(/{\w+}/, with: "AAAA")
            let token = endpoint.permission == .writeInventory ? publisher : manager
            let answer = try await world.decide(
                endpoint.method.rawValue, path, token: token, fields: ["Content-Type: application/json"])
            guard let limit = answer.contentLimit else { continue }
            #expect(
                limit == (endpoint.name == "inventory_put" ? StaticKeys.inventoryBody : 1 << 20), "\(endpoint.name)")
            measured += 1
        }
        #expect(measured > 20 && StaticKeys.inventoryBody != 1 << 20)
    }

    @Test("a form with too many fields is refused")
    func fields() {
        func form(_ count: Int) -> [UInt8] { Array(Array(repeating: "a=b", count: count).joined(separator: "&").utf8) }
        #expect(FormEncoding.items(form(1000))?.count == 1000 && FormEncoding.items(form(1001)) == nil)
    }
}
