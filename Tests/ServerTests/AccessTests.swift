import AccessUseCases
import GatehouseTesting
import Grants
import HTTPMessage
import Identities
import JSON
import Policy
import Snapshots
import Testing
import Tokens

@testable import Server

private let organizationPaths: [(method: String, path: String, needs: Permission)] = [
    ("GET", "workspaces", .readMetrics), ("GET", "workspaces/soc", .readMetrics), ("GET", "summary", .readMetrics),
    ("GET", "inventory", .writeInventory), ("PUT", "inventory", .writeInventory),
    ("DELETE", "inventory", .writeInventory),
    ("GET", "inventory/workspaces/soc", .writeInventory), ("PUT", "inventory/workspaces/soc", .writeInventory),
    ("DELETE", "inventory/workspaces/soc", .writeInventory), ("POST", "inventory/changes", .writeInventory),
]

private let roles: [(group: String, role: Role)] = [
    ("managers", .manager), ("viewers", .viewer), ("publishers", .publisher),
]

@Suite struct AccessTests {
    let keys: StaticKeys
    let world: GatewayWorld

    init() throws {
        keys = try StaticKeys()
        world = try GatewayWorld(keys)
    }

    @Test("a role permits its own endpoints and no others", arguments: organizationPaths.indices)
    func matrix(_ index: Int) async throws {
        let (method, path, needs) = organizationPaths[index]
        for (group, role) in roles {
            let token = try keys.token("acme-\(group)")
            let answer = try await world.decide(
                method, "\(acme)/\(path)", token: token, fields: ["Content-Type: application/json"])
            if role.permissions.contains(needs) {
                #expect(needs == .writeInventory ? answer.isWork : answer.status == 200, "\(role) \(path)")
            } else {
                #expect(answer.status == 403 && answer.code == "permission_missing", "\(role) \(path)")
            }
        }
    }

    @Test("another organization and one that does not exist get equal responses", arguments: organizationPaths.indices)
    func crossing(_ index: Int) async throws {
        let (method, path, _) = organizationPaths[index]
        for (group, _) in roles {
            let token = try keys.token("acme-\(group)")
            var bodies: Set<String> = []
            for organization in ["globex", "nowhere", "ACME", "acme%2Fworkspaces", "..."] {
                let answer = try await world.send(
                    method, "/api/v1/organizations/\(organization)/\(path)", token: token,
                    fields: ["Content-Type: application/json"])
                #expect(answer.status == 404 && answer.code == "organization_not_found", "\(organization)")
                let id = try #require(answer.json?.member("request_id")?.string)
                #expect(answer.field("X-Request-Id") == id)
                bodies.insert(answer.body.replacing(id, with: ""))
            }
            #expect(bodies.count == 1)
        }
    }

    @Test("a user sees only their own organizations, each with its own workspaces")
    func ownOnly() async throws {
        let both = try keys.token("acme-viewers", "globex-managers")
        let answer = try await world.get("/api/v1/organizations", token: both)
        let items = try #require(answer.json?.member("items")).elements.map { $0 }
        #expect(items.map { $0.member("id")?.string } == ["acme", "globex"])
        #expect(items.map { $0.member("role")?.string } == ["organization-viewer", "organization-manager"])
        let acme = try await world.get("/api/v1/organizations/acme/workspaces", token: both)
        let globex = try await world.get("/api/v1/organizations/globex/workspaces", token: both)
        #expect(acme.body.contains("\"soc\"") && !acme.body.contains("fleet"))
        #expect(globex.body.contains("\"fleet\"") && !globex.body.contains("soc"))
        #expect(try await world.get("/api/v1/organizations/globex/workspaces/soc", token: both).code == "not_found")
        let withoutRole = try await world.get("/api/v1/organizations", token: try keys.token("strangers"))
        #expect(withoutRole.status == 200 && withoutRole.json?.member("items")?.count == 0)
    }

    @Test("/api/v1/me shows the identity and the role in each organization")
    func me() async throws {
        let token = try keys.token("acme-managers", claims: ["email": "\"a@acme.example\""])
        let answer = try await world.get("/api/v1/me", token: token).json
        #expect(answer?.member("identity")?.member("subject")?.string == "someone")
        #expect(answer?.member("identity")?.member("email")?.string == "a@acme.example")
        let role = answer?.member("roles")?.elements.first { _ in true }
        #expect(role?.member("organization")?.string == "acme" && role?.member("source")?.string == "claim_mapping")
        #expect(role?.member("mapping")?.string == "file:1")
    }

    @Test("a missing or refused token gets 401 with the reason")
    func unauthenticated() async throws {
        let none = try await world.get("/api/v1/me")
        #expect(none.status == 401 && none.code == "unauthenticated" && none.json?.member("reason") == nil)
        #expect(none.field("WWW-Authenticate") == "Bearer realm=\"gatehouse\"")
        let good = try keys.token("acme-managers")
        let cases: [([String], String)] = [
            (["Authorization: Bearer x"], "malformed"), (["Authorization: Bearer "], "malformed"),
            (["Authorization: Basic YTpi"], "malformed"), (["Authorization: \(good)"], "malformed"),
            (["Authorization: Bearer \(good)x"], "malformed"),
            (["Authorization: Bearer \(good.dropLast(4))AAAA"], "signature_invalid"),
            (["Authorization: Bearer \(try keys.token("acme-managers", lifetime: -61))"], "expired"),
            (["Authorization: Bearer \(good)", "Authorization: Bearer \(good)"], "malformed"),
            (["Authorization: Bearer \(good), x"], "malformed"),
        ]
        for (fields, reason) in cases {
            let answer = try await world.send("GET", "/api/v1/me", fields: fields + ["Cookie: __Host-gatehouse=x"])
            #expect(answer.status == 401 && answer.json?.member("reason")?.string == reason, "\(fields)")
            #expect(answer.field("WWW-Authenticate")?.contains("error=\"invalid_token\"") == true)
        }
        for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
            #expect(
                try await world.send("GET", "/api/v1/me", fields: ["Authorization: \(scheme) \(good)"]).status == 200)
        }
    }

    @Test("claims omitted for their size are distinguished from a missing role")
    func incomplete() async throws {
        let token = try keys.token(claims: ["_claim_names": "{\"groups\":\"src1\"}", "groups": nil])
        let answer = try await world.get("/api/v1/organizations/acme/workspaces", token: token)
        #expect(answer.status == 403 && answer.code == "claims_incomplete")
        #expect(try await world.get("/api/v1/organizations/nowhere/workspaces", token: token).status == 404)
    }

    @Test("a change of the rules takes effect at once, also for cached tokens")
    func reload() async throws {
        let token = try keys.token("acme-managers", "globex-managers")
        let path = "/api/v1/organizations/acme/workspaces"
        #expect(try await world.get(path, token: token).status == 200)
        world.configurations.publish(try keys.configuration(organizations: ["globex"]))
        #expect(try await world.get(path, token: token).code == "organization_not_found")
        #expect(try await world.get("/api/v1/organizations/globex/workspaces", token: token).status == 200)
        var others = keys
        others.provider.audiences = ["something else"]
        world.configurations.publish(try others.configuration(organizations: ["globex"]))
        let refused = try await world.get("/api/v1/organizations/globex/workspaces", token: token)
        #expect(refused.json?.member("reason")?.string == "audience_mismatch")
    }

    @Test("refused tokens are limited per address, and a cached valid token is not")
    func limiting() async throws {
        let good = try keys.token("acme-managers")
        #expect(try await world.get("/api/v1/me", token: good).status == 200)
        for _ in 0..<200 { #expect(try await world.get("/api/v1/me", token: "guess").status == 401) }
        let limited = try await world.get("/api/v1/me", token: "guess")
        #expect(limited.status == 429 && limited.code == "rate_limited" && limited.field("Retry-After") == "1")
        #expect(try await world.get("/api/v1/me", token: good).status == 200)
        #expect(try await world.get("/api/v1/me", token: try keys.token("acme-viewers")).status == 429)
        #expect(try await world.send("GET", "/api/v1/me", token: "guess", from: "192.0.2.2").status == 401)
        world.advanceRequests(.seconds(1))
        #expect(try await world.get("/api/v1/me", token: "guess").status == 401)
    }

    @Test("after five seconds without contact with the store, no access is decided")
    func silence() async throws {
        let token = try keys.token("acme-managers")
        world.advanceRequests(.seconds(60))
        let answer = try await world.get("/api/v1/me", token: token)
        #expect(answer.status == 503 && answer.code == "unavailable")
    }

    @Test("a suspension that is taken up before the contact on which a request relies decides the request")
    func lateContact() async throws {
        let token = try keys.token("acme-managers")
        #expect(try await world.get("\(acme)/summary", token: token).status == 200)
        let organization = try #require(OrganizationID("acme"))
        let identity = Identity(issuer: TokenMint.issuer, subject: Subject("someone"))
        let suspension = Suspension(
            organization: organization, id: try IdentityID(identity), identity: identity, emails: [],
            createdAt: TokenMint.now)
        let snapshots = world.services.stores.access.snapshots
        // The process stops between its readings, and the follower goes on first.
        world.beforeContact { snapshots.update { $0.apply(.suspensions(organization, [suspension])) } }
        #expect(try await world.get("\(acme)/summary", token: token).status != 200)
    }
}
