import Configuration
import Endpoints
import HTTPMessage
import JSON
import Snapshots
import Telemetry
import Testing
import Web

@testable import Server

private let unmatched = [
    "/api", "/api/v1", "/api/v1/", "/api/v1/me/", "/api/v2/me", "/api/v1/you", "/api/v1/organizations/",
    "/api/v1/organizations/acme", "/api/v1/organizations/acme/", "/api/v1/organizations/acme/workspaces/",
    "/api/v1/organizations/acme/workspaces/soc/x", "/api/v1/organizations/acme/inventory/soc",
    "/api/v1/organizations/acme/inventory/changes/x", "/healthz", "/metrics", "//api/v1/me", "/API/v1/me",
]

@Suite struct HTTPTests {
    let keys: StaticKeys
    let world: GatewayWorld
    let token: String

    init() throws {
        keys = try StaticKeys()
        world = try GatewayWorld(keys)
        token = try keys.token("acme-managers", "acme-publishers")
    }

    @Test("every endpoint is found by its path template")
    func templates() async throws {
        for resource in world.router.resources {
            let path = resource.path.text.replacing(/{\w+}/, with: "acme")
            let decoded = try #require(RequestPath(Target(path: path, query: nil)))
            #expect(world.router.resource(at: decoded) === resource)
            let wrong = try await world.send("BREW", path, token: token)
            #expect(wrong.status == 405 && wrong.code == "method_not_allowed")
            #expect(wrong.field("Allow") == resource.allow && resource.allow.hasSuffix("OPTIONS"))
            let options = try await world.send("OPTIONS", path)
            #expect(options.status == 204 && options.field("Allow") == wrong.field("Allow"))
        }
    }

    @Test("OPTIONS * is answered")
    func asterisk() async throws {
        #expect(try await world.send("OPTIONS", "*").status == 204)
    }

    @Test("an unknown path gets 404", arguments: unmatched)
    func unknown(_ path: String) async throws {
        let answer = try await world.get(path, token: token)
        #expect(answer.status == 404 && answer.code == "not_found")
        #expect(answer.field("Content-Type") == "application/problem+json")
    }

    @Test(
        "a path with dot segments or invalid encoding is refused",
        arguments: ["/api/v1/%zz", "/api/../etc", "/a/%2e%2e/b"])
    func climbing(_ path: String) async throws {
        #expect([400, 404].contains(try await world.get(path, token: token).status))
    }

    @Test("content that the client has is not sent again until it changes")
    func conditional() async throws {
        let path = "/api/v1/organizations/acme/workspaces?limit=1"
        let first = try await world.get(path, token: token)
        let tag = try #require(first.field("ETag"))
        #expect(first.field("Cache-Control") == "private, no-cache" && first.field("Vary")?.contains("Accept") == true)
        for value in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
            let again = try await world.send("GET", path, token: token, fields: ["If-None-Match: \(value)"])
            #expect(again.status == 304 && again.body.isEmpty && again.field("ETag") == tag)
        }
        #expect(try await world.send("GET", path, token: token, fields: ["If-None-Match: \"x\""]).status == 200)
        try world.fill("acme", workspaces: ["aardvark", "soc"])
        let changed = try await world.send("GET", path, token: token, fields: ["If-None-Match: \(tag)"])
        #expect(changed.status == 200 && changed.body.contains("aardvark") && changed.field("ETag") != tag)
    }

    @Test("a page's assets may be cached forever, and a client that has them gets 304")
    func assets() async throws {
        let page = try await world.get("/").body
        let paths = page.matches(of: /"(\/assets\/[^"]+)"/).map { String($0.1) }
        #expect(paths.count == 3)
        for path in paths {
            let first = try await world.get(path)
            let tag = try #require(first.field("ETag"))
            #expect(first.status == 200 && !first.body.isEmpty && first.field("Content-Type") != nil)
            #expect(path.contains("-\(tag.dropFirst().dropLast())."))
            let again = try await world.send("GET", path, fields: ["If-None-Match: \"x\", \(tag)"])
            #expect(again.status == 304 && again.body.isEmpty && again.field("Content-Type") == nil)
            for answer in [first, again] {
                #expect(answer.field("Cache-Control") == "public, max-age=31536000, immutable")
                #expect(answer.field("ETag") == tag && answer.field("Vary") == nil)
            }
            let other = try await world.send("GET", path, fields: ["If-None-Match: \"x\""])
            #expect(other.status == 200 && other.body == first.body)
        }
    }

    @Test(
        "an invalid query is reported by parameter",
        arguments: ["limit=0", "limit=x", "sort=colour", "order=up", "cursor=x"])
    func query(_ query: String) async throws {
        let answer = try await world.get("/api/v1/organizations/acme/workspaces?\(query)", token: token)
        let name = String(query.prefix { $0 != "=" })
        #expect(answer.status == 400 && answer.code == "invalid_request")
        #expect(answer.json?.member("errors")?.elements.first { _ in true }?.member("pointer")?.string == name)
    }

    @Test("documents are sent as JSON")
    func mediaType() async throws {
        let publisher = try keys.token("acme-publishers")
        for fields in [[], ["Content-Type: text/plain"], ["Content-Type: application/jsonx"]] {
            let path = "/api/v1/organizations/acme/inventory"
            #expect(try await world.send("PUT", path, token: publisher, fields: fields).status == 415)
        }
        let path = "/api/v1/organizations/acme/inventory/workspaces/soc"
        let typed = ["Content-Type: application/json; charset=utf-8"]
        #expect(try await world.decide("PUT", path, token: publisher, fields: typed).isWork)
    }

    @Test("workspaces are sent as CSV if the client accepts CSV")
    func csv() async throws {
        let path = "/api/v1/organizations/acme/workspaces"
        let table = try await world.send("GET", path, token: token, fields: ["Accept: text/csv"])
        #expect(table.field("Content-Type")?.hasPrefix("text/csv") == true && table.body.hasPrefix("id,name,"))
        let json = try await world.send("GET", path, token: token, fields: ["Accept: text/csv;q=0.1, application/json"])
        #expect(json.field("Content-Type") == "application/json")
    }

    @Test("every response has a request id and nosniff, and HSTS if the public URL is https")
    func commonFields() async throws {
        var ids: Set<String> = []
        for path in ["/", "/api/v1/organizations", summary, "/%zz"] {
            let answer = try await world.get(path, token: token)
            ids.insert(try #require(answer.field("X-Request-Id")))
            #expect(answer.field("X-Content-Type-Options") == "nosniff")
            #expect(answer.field("Strict-Transport-Security") != nil)
        }
        #expect(ids.count == 4)
        world.configurations.publish(
            try keys.configuration(organizations: ["acme"], publicURL: "http://127.0.0.1:1"))
        #expect(try await world.get("/api/v1/organizations", token: token).field("Strict-Transport-Security") == nil)
    }

    @Test("logs and metrics contain path templates, and neither tokens nor queries")
    func logs() async throws {
        _ = try await world.get("/api/v1/organizations/acme/workspaces?q=topsecret", token: token)
        _ = try await world.get("/api/v1/organizations/globex/summary", token: token)
        _ = try await world.get("/nowhere/topsecret?access_token=\(token)", token: "topsecret")
        let text = await world.logged()
        #expect(text.contains("\"route\":\"/api/v1/organizations/{org}/workspaces\""))
        #expect(text.contains("\"decision\":\"permit\"") && text.contains("\"decision\":\"refuse\""))
        #expect(text.contains("\"reason\":\"organization_not_found\"") && text.contains("\"subject\":\"someone\""))
        let page = world.gatewayMetrics.render(droppedLogLines: 0)
        #expect(page.contains("gatehouse_requests_total{route=\"unmatched\",method=\"GET\",status=\"404\"} 1"))
        for secret in ["topsecret", token, "access_token", "/nowhere"] {
            #expect(!text.contains(secret) && !page.contains(secret))
        }
    }
}
