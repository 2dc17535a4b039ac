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

    private var endpoints: [Endpoint] { world.router.resources.flatMap(\.endpoints) }

    /// The gateway's decision by the head of a request.
    ///
    /// - Parameters:
    ///   - type: the media type of the content.
    ///   - length: the stated length of the content; nil if there is none.
    private func decide(_ endpoint: Endpoint, type: String, length: Int? = nil) async throws -> TestAnswer {
        let path = endpoint.path.text.replacing("{org}", with: "acme").replacing(/{\w+}/, with: "AAAA")
        let token = endpoint.permission == .writeInventory ? publisher : manager
        return try await world.decide(
            endpoint.method.rawValue, path, token: token,
            fields: ["Content-Type: \(type)"] + (length.map { ["Content-Length: \($0)"] } ?? []))
    }

    @Test("a body has at most 1 MiB, and an inventory has the configured limit")
    func everywhere() async throws {
        var measured = 0
        for endpoint in endpoints {
            for type in ["application/json", "application/x-www-form-urlencoded"] {
                guard let limit = try await decide(endpoint, type: type).contentLimit else { continue }
                #expect(
                    limit == (endpoint.name == "inventory_put" ? StaticKeys.inventoryBody : 1 << 20),
                    "\(endpoint.name)")
                measured += 1
            }
        }
        #expect(measured > 40 && StaticKeys.inventoryBody != 1 << 20)
    }

    /// The endpoints that change state and take no content, or content of every media type.
    private static let untyped: Set = [
        "acceptance_post", "claimMapping_delete", "deniedSignIn_delete", "grant_delete", "inventoryWorkspace_delete",
        "inventory_delete",
        "invitationResend_post", "invitation_delete", "logout_post", "memberSessions_delete", "mySession_delete",
        "suspension_delete",
        "suspension_put",
    ]

    @Test("content of another media type is refused by the head alone, and not for its length")
    func otherType() async throws {
        var untyped: Set<String> = []
        for endpoint in endpoints where endpoint.method.changesState {
            let answer = try await decide(endpoint, type: "text/plain", length: 2 << 30)
            guard !answer.isWork else {
                untyped.insert(endpoint.name)
                continue
            }
            let isSignIn = endpoint.kind == .signIn
            let status = endpoint.name == "backchannelLogout_post" ? 404 : isSignIn ? 400 : 415
            #expect(answer.status == status, "\(endpoint.name)")
        }
        #expect(untyped == BodyLimitTests.untyped)
    }

    @Test("a form for an unknown provider is refused by the head alone", arguments: ["callback", "backchannelLogout"])
    func unknownProvider(name: String) async throws {
        let endpoint = try #require(endpoints.first { $0.name == "\(name)_post" })
        let answer = try await decide(endpoint, type: "application/x-www-form-urlencoded", length: 2 << 30)
        #expect(!answer.isWork && answer.status == (name == "callback" ? 400 : 404))
    }

    @Test("a form with too many fields is refused")
    func fields() {
        func form(_ count: Int) -> [UInt8] { Array(Array(repeating: "a=b", count: count).joined(separator: "&").utf8) }
        #expect(FormEncoding.items(form(1000))?.count == 1000 && FormEncoding.items(form(1001)) == nil)
    }
}
