import API
import Addresses
import ClaimMapping
import Configuration
import Cryptography
import Databases
import Endpoints
import GatehouseTesting
import HTTPMessage
import Identities
import JSON
import OpenID
import Policy
import Snapshots
import Sockets
import Synchronization
import Telemetry
import Testing
import Time
import Tokens

@testable import HTTPServer
@testable import Server
@testable import WorkspaceMetrics

/// A gateway with two organizations of one provider, without sockets: a request's text in, a response out.
///
/// The groups `NAME-managers`, `NAME-viewers` and `NAME-publishers` give their roles in the organization `NAME`.
final class TestWorld {
    private let mint: TokenMint
    let provider: TrustedProvider
    private let place: TemporaryStore
    var database: Database { place.database }
    let store: MetricsStore
    let configurations: Published<RuntimeConfiguration>
    let gatewayMetrics = GatewayMetrics()
    let log: Log
    let lines = LogLines()
    let handler: GatewayHandler
    /// Seconds by which the clocks were advanced since the world began.
    var elapsed: Int64 = 0

    private let begin = MonotonicTime.now()
    static let wall = ManualClock.start
    /// The longest inventory document, in bytes.
    static let inventoryBody = 3 << 20

    init(tokenCache: Int = 100) throws {
        mint = try TokenMint(keyID: "k")
        provider = try mint.provider()
        place = try TemporaryStore([MetricsStore.schema] + GatewayServices.schemas)
        let database = place.database
        store = MetricsStore(database: database)
        let lines = lines
        log = Log(.json, to: try LogSink { lines.append($0) })
        configurations = Published(
            try TestWorld.configuration(provider, organizations: ["acme", "globex"], tokenCache: tokenCache))
        let metrics = MetricsAPI(backend: MetricsBackend(store), log: log)
        handler = GatewayHandler(
            configurations, metrics: metrics,
            services: try GatewayServices(
                database: database, under: configurations.read().value, gatewayMetrics: gatewayMetrics, log: log),
            keySetVersion: KeySetVersion(),
            health: StoreHealth(database), gatewayMetrics: gatewayMetrics, log: log,
            on: try Reactor())
        try fill("acme", workspaces: ["soc", "fraud"])
        try fill("globex", workspaces: ["fleet"])
    }

    deinit {
        log.sink.close()
    }

    static func configuration(
        _ provider: TrustedProvider, organizations names: [String], tokenCache: Int = 100,
        proxies: [String] = [], publicURL: String = "https://access.example"
    ) throws -> RuntimeConfiguration {
        let organizations = try names.map { name in
            let roles: [(String, Role)] = [("managers", .manager), ("viewers", .viewer), ("publishers", .publisher)]
            let rows = roles.enumerated().map { index, row in
                Mapping(
                    id: "file:\(index + 1)", rank: index + 1, claimName: "groups", match: .equals,
                    claimValue: "\(name)-\(row.0)", role: row.1)
            }
            let id = try #require(OrganizationID(name))
            return RuntimeConfiguration.Organization(
                id: id, name: name,
                rules: OrganizationRules(id: id, providers: [.idp], strategy: .firstMatch, mappings: rows),
                license: License())
        }
        return RuntimeConfiguration(
            publicURL: publicURL, providers: [provider],
            accessSettings: AccessSettings(
                organizations: organizations.map(\.rules),
                providers: [
                    AccessRules.Provider(
                        id: provider.id, issuer: provider.issuer, emailTrust: EmailTrust(), isSignInPossible: false)
                ], box: nil), organizations: organizations,
            trustedProxies: TrustedProxies(proxies.compactMap { .init($0) }), tokenCache: tokenCache,
            inventoryBody: inventoryBody)
    }

    func fill(_ organization: String, workspaces: [String]) throws {
        let rows = workspaces.map {
            "{\"id\":\"\($0)\",\"name\":\"\($0)\",\"created_at\":\"2025-01-01T00:00:00Z\",\"workflows\":[],"
                + "\"members\":[],\"runners\":[]}"
        }
        var source = InventoryBytes(Array("{\"roles\":[],\"workspaces\":[\(rows.joined(separator: ","))]}".utf8))
        let id = try #require(OrganizationID(organization))
        let result = try store.replaceInventoryBlocking(of: id, from: &source)
        guard case .success = result else {
            Issue.record("the inventory was refused: \(result)")
            return
        }
        // Reads are answered at once from now on.
        _ = try store.loadBlocking(id)
    }

    /// A token with these groups.
    func token(_ groups: String..., claims: String = "", lifetime: Int64 = 3600) throws -> String {
        let list = groups.map { "\"\($0)\"" }.joined(separator: ",")
        let now = TestWorld.wall.seconds
        let payload =
            "{\"iss\":\"https://idp.example\",\"sub\":\"someone\",\"aud\":\"api\",\"iat\":\(now - 600),"
            + "\"exp\":\(now + lifetime),\"groups\":[\(list)]\(claims)}"
        return try mint.token(payload)
    }

    /// The response to a request; ``TestAnswer/isWork`` marks work that waits, which is not performed.
    func send(
        _ method: String, _ path: String, token: String? = nil, fields: [String] = [], from peer: String = "192.0.2.1"
    ) throws -> TestAnswer {
        let credential = token.map { ["Authorization: Bearer \($0)"] } ?? []
        let lines = ["\(method) \(path) HTTP/1.1", "Host: access.example"] + credential + fields + ["", ""]
        let bytes = Array(lines.joined(separator: "\r\n").utf8)
        var parser = RequestParser()
        let request = try #require(try parser.parse(bytes.span))
        let turn = Turn(
            monotonic: begin + .seconds(elapsed), wall: Timestamp(seconds: TestWorld.wall.seconds + elapsed))
        let answer = handler.answer(request, from: peer, at: turn)
        guard case .now(let response) = answer.kind else { return TestAnswer(response: nil) }
        handler.completed(
            CompletedExchange(
                status: response.status, contentBytes: 0, nanoseconds: 1, wasCutShort: false, context: answer.context,
                turn: turn))
        return TestAnswer(response: response)
    }

    /// Variant of `send` for requests that wait for the store and have no content.
    func perform(_ method: String, _ path: String, token: String) async throws -> TestAnswer {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: access.example", "Authorization: Bearer \(token)", "", ""]
        var parser = RequestParser()
        let bytes = Array(lines.joined(separator: "\r\n").utf8)
        let request = try #require(try parser.parse(bytes.span))
        let turn = Turn(monotonic: begin, wall: TestWorld.wall)
        let answer = handler.answer(request, from: "192.0.2.1", at: turn)
        return TestAnswer(response: await answer.response(to: RequestBody(on: try Reactor(), limit: 0)))
    }

    func get(_ path: String, token: String? = nil) throws -> TestAnswer { try send("GET", path, token: token) }
}

struct TestAnswer {
    let response: Response?

    /// Whether the request reached work that waits for the store.
    var isWork: Bool { response == nil }
    /// The status; 200 for work.
    var status: Int { response?.status.code ?? 200 }
    var body: String {
        guard case .bytes(let bytes) = response?.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
    var json: JSONValue? { try? JSONDocument(parsing: Array(body.utf8)).root }
    var code: String? { json?.member("code")?.string }

    func field(_ name: String) -> String? {
        FieldName(name).flatMap { response?.fields.value($0) }
    }
}

/// The logged lines.
final class LogLines: Sendable {
    private struct State {
        var text = ""
        var waiting: [(text: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func append(_ new: [UInt8]) {
        let arrived = state.withLock { state in
            state.text += String(decoding: new, as: UTF8.self)
            let arrived = state.waiting.filter { state.text.contains($0.text) }
            state.waiting.removeAll { state.text.contains($0.text) }
            return arrived
        }
        for waiter in arrived { waiter.continuation.resume() }
    }

    var text: String { state.withLock { $0.text } }

    /// Returns once the text was logged: lines are written on another thread.
    func arrived(_ text: String) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.text.contains(text) { return true }
                state.waiting.append((text, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
