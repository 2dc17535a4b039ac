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
    private let world: TestWorld
    private let manager: String
    private let publisher: String

    init() throws {
        world = try TestWorld()
        manager = try world.token("acme-managers")
        publisher = try world.token("acme-publishers")
    }

    /// The limit under which the request's work reads content; nil if it is answered at once.
    private func limit(_ method: Method, _ path: String, token: String) throws -> Int? {
        let lines = [
            "\(method.rawValue) \(path) HTTP/1.1", "Host: access.example", "Authorization: Bearer \(token)",
            "Content-Type: application/json", "", "",
        ]
        var parser = RequestParser()
        let request = try #require(try parser.parse(Array(lines.joined(separator: "\r\n").utf8).span))
        let turn = Turn(monotonic: .now(), wall: TestWorld.wall)
        guard case .later(let limit, _) = world.handler.answer(request, from: "192.0.2.1", at: turn).kind else {
            return nil
        }
        return limit
    }

    @Test("a body has at most 1 MiB, and an inventory has the configured limit")
    func everywhere() throws {
        var measured = 0
        for endpoint in world.handler.router.resources.flatMap(\.endpoints) {
            let path = endpoint.path.text.replacing("{org}", with: "acme").replacing(/{\w+}/, with: "AAAA")
            let token = endpoint.permission == .writeInventory ? publisher : manager
            guard let limit = try limit(endpoint.method, path, token: token) else { continue }
            #expect(
                limit == (endpoint.name == "inventory_put" ? TestWorld.inventoryBody : 1 << 20), "\(endpoint.name)")
            measured += 1
        }
        #expect(measured > 20 && TestWorld.inventoryBody != 1 << 20)
    }

    @Test("a form with too many fields is refused")
    func fields() {
        func form(_ count: Int) -> [UInt8] { Array(Array(repeating: "a=b", count: count).joined(separator: "&").utf8) }
        #expect(FormEncoding.items(form(1000))?.count == 1000 && FormEncoding.items(form(1001)) == nil)
    }
}
