import APIDescription
import Endpoints
import HTTPMessage
import Identities
import JSON
import Testing
import Web

@testable import Server

@Suite("The API's description")
struct OpenAPITests {
    private let root: JSONValue
    private let document: [UInt8]
    /// The endpoints of the API. Providers call the back-channel logout, which has its own specification.
    private let endpoints: [Endpoint]

    init() throws {
        endpoints = try GatewayWorld().router.resources.flatMap(\.endpoints).filter {
            $0.kind == .api && $0.name != "backchannelLogout_post"
        }
        document = OpenAPI.document(of: endpoints)
        root = try JSONDocument(parsing: document).root
    }

    private func operation(_ endpoint: Endpoint) -> JSONValue? {
        root.member("paths")?.member(endpoint.path.text)?.member(endpoint.method.rawValue.lowercased())
    }

    @Test("responses name the header fields of conditional and repeated requests")
    func headers() throws {
        func headers(_ name: String) throws -> [String] {
            let endpoint = try #require(endpoints.first { $0.name == name })
            let responses = try #require(operation(endpoint)?.member("responses"))
            let success = try #require(responses.members.first { $0.name.hasPrefix("2") })
            return success.value.member("headers")?.members.map(\.name) ?? []
        }
        #expect(try headers("inventory_get") == ["ETag"] && headers("inventory_put") == ["ETag"])
        #expect(try headers("inventoryChanges_post") == ["ETag", "Idempotency-Replayed"])
        #expect(try headers("inventoryWorkspace_delete").isEmpty && headers("members_get").isEmpty)
    }

    @Test("the description has every endpoint of the API by its name, and no others")
    func complete() throws {
        let described = try #require(root.member("paths")).members.flatMap { path in
            path.value.members.filter { $0.name != "parameters" }.map { operation in
                "\(operation.name) \(path.name) \(operation.value.member("operationId")?.string ?? "")"
            }
        }
        let declared = endpoints.map { "\($0.method.rawValue.lowercased()) \($0.path.text) \($0.name)" }
        #expect(described.sorted() == declared.sorted())
    }

    @Test("the description names the variables of every path")
    func variables() throws {
        for path in try #require(root.member("paths")).members {
            let named = path.value.member("parameters")?.elements.compactMap { $0.member("name")?.string } ?? []
            let variables = path.name.matches(of: /\{(\w+)\}/).map { String($0.output.1) }
            #expect(named == variables, "\(path.name)")
        }
    }

    @Test("every reference leads to a schema, and every schema is used")
    func references() throws {
        let schemas = Set(try #require(root.member("components")?.member("schemas")).members.map(\.name))
        let text = String(decoding: document, as: UTF8.self)
        let used = Set(text.matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.output.1) })
        #expect(used == schemas)
    }

    @Test("the description states each endpoint's permission and its refusals")
    func permissions() throws {
        for endpoint in endpoints {
            let operation = try #require(self.operation(endpoint), "\(endpoint.name)")
            let statuses = Set(try #require(operation.member("responses")).members.map(\.name))
            let description = operation.member("description")?.string
            #expect(description == endpoint.permission.map { "Requires the permission \($0.rawValue)." })
            if endpoint.permission != nil { #expect(statuses.isSuperset(of: ["401", "403", "404"])) }
        }
    }

    @Test("the description is public and describes its own endpoint")
    func served() async throws {
        let world = try GatewayWorld()
        let answer = try await world.send("GET", "/api/v1/openapi.json")
        #expect(answer.status == 200 && answer.json?.member("openapi")?.string == "3.1.1")
        #expect(answer.body == String(decoding: document, as: UTF8.self))
    }
}
