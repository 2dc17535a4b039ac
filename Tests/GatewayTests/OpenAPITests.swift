import HTTPMessage
import Identities
import JSON
import Testing

@testable import Gateway

@Suite("The API's description")
struct OpenAPITests {
    private let root: JSONValue

    init() throws {
        root = try JSONDocument(parsing: OpenAPI.document).root
    }

    private func operation(_ route: Route, _ method: Method) -> JSONValue? {
        root.member("paths")?.member(route.template)?.member(method.rawValue.lowercased())
    }

    @Test("has every route of the API with every method, and nothing else")
    func complete() throws {
        let described = try #require(root.member("paths")).members.flatMap { path in
            path.value.members.filter { $0.name != "parameters" }.map { "\($0.name) \(path.name)" }
        }
        var routed: [String] = []
        // Providers call the back-channel logout, which has its own specification.
        for route in Route.allCases where route.kind == .api && route != .backchannelLogout {
            for method in Method.allCases where route.allows(method) && method != .options && method != .head {
                routed.append("\(method.rawValue.lowercased()) \(route.template)")
            }
        }
        #expect(described.sorted() == routed.sorted())
    }

    @Test("names the variables of every path")
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
        let text = String(decoding: OpenAPI.document, as: UTF8.self)
        let used = Set(text.matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.output.1) })
        #expect(used == schemas)
    }

    @Test("tells the permission that a route asks for, and the refusals that come of it")
    func permissions() throws {
        for route in Route.allCases where route.kind == .api && route != .backchannelLogout {
            for method in Method.allCases where route.allows(method) && method != .options && method != .head {
                let operation = try #require(self.operation(route, method), "\(method) \(route.template)")
                let statuses = Set(try #require(operation.member("responses")).members.map(\.name))
                let description = operation.member("description")?.string
                #expect(description == route.permission(for: method).map { "Needs \($0.rawValue)." })
                if route.permission(for: method) != nil { #expect(statuses.isSuperset(of: ["401", "403", "404"])) }
            }
        }
    }

    @Test("is served to everybody")
    func served() async throws {
        let world = try SignInWorld()
        let answer = try await world.send("GET", "/api/v1/openapi.json")
        #expect(answer.status == 200 && answer.json?.member("openapi")?.string == "3.1.1")
    }
}
