import API
import Configuration
import Cryptography
import Databases
import DemoProvider
import Endpoints
import GatehouseTesting
import HTTPClient
import HTTPMessage
import Identities
import JSON
import OpenID
import Sessions
import Snapshots
import Sockets
import Synchronization
import Telemetry
import Testing
import Threads
import Time
import Tokens
import WorkspaceMetrics

@testable import HTTPServer
@testable import Server

/// A gateway for sign-ins, with a provider that can be made to misbehave, and clocks that the test advances. No
/// sockets: requests go to a handler on a running reactor, outbound ones to the provider.
final class SignInWorld: Sendable {
    static let issuer = "http://127.0.0.1:9"
    static let origin = "http://127.0.0.1:8080"
    /// The issuer of the second provider, which is used if a configuration names it.
    static let otherIssuer = "http://127.0.0.1:7"

    let provider: DemoProvider
    let otherProvider: DemoProvider
    let outbound: ScriptedProvider
    let clock: ManualClock
    let reactor: Reactor
    let services: GatewayServices
    let configurations: Published<RuntimeConfiguration>
    let gatewayMetrics = GatewayMetrics()
    let lines = LogLines()
    let database: Database
    private let directory = TemporaryDirectory()
    private let handler: Confined<GatewayHandler>
    let router: Router
    private let way: Outbound
    private let log: Log
    private let thread: Mutex<SystemThread?>

    /// - Parameters:
    ///   - providerSettings: additional members of the provider, each with a comma before it.
    ///   - settings: additional members of the whole configuration, likewise.
    ///   - environment: additional environment variables.
    init(
        key: KeyKind = .p256, publicURL: String = SignInWorld.origin, providerSettings: String = "",
        secondProvider: String = "", settings: String = "", environment: [String: String] = [:]
    ) throws {
        let clock = ManualClock()
        self.clock = clock
        provider = DemoProvider(
            issuer: SignInWorld.issuer,
            clients: [
                DemoClient(
                    id: "gatehouse client", secret: "s:e c%ret", redirectURIs: ["\(publicURL)/auth/callback/idp"],
                    postLogoutRedirectURIs: ["\(publicURL)/auth/signed-out"])
            ], people: SignInWorld.people, key: try SigningKey.generate(key), keyID: "k")
        otherProvider = DemoProvider(
            issuer: SignInWorld.otherIssuer,
            clients: [
                DemoClient(id: "x", secret: nil, redirectURIs: ["\(publicURL)/auth/callback/other"])
            ], people: SignInWorld.people, key: try SigningKey.generate(key), keyID: "k")
        outbound = ScriptedProvider([provider, otherProvider], clock)
        let text = SignInWorld.configuration(
            publicURL: publicURL, providerSettings: providerSettings, secondProvider: secondProvider,
            settings: settings)
        let path = directory.file("gatehouse.jsonc", text)
        let environment = SignInWorld.environment.merging(environment) { _, own in own }
        let loaded = try SettingsFile.load(path: path, environment: environment)
        let lines = lines
        log = Log(.json, to: try LogSink { lines.append($0) })
        database = try Database(
            path: "\(directory.path)/store.db", schemas: [MetricsStore.schema] + GatewayServices.schemas)
        let report = ProviderReport(gatewayMetrics, log)
        way = Outbound(http: outbound, clocks: clock.clocks, report: { report.take($0) })
        let configuration = RuntimeConfiguration(loaded, by: way)
        configurations = Published(configuration)
        services = try GatewayServices(
            database: database, under: configuration, gatewayMetrics: gatewayMetrics, log: log, clocks: clock.clocks)
        reactor = try Reactor()
        let store = MetricsStore(database: database)
        var source = InventoryBytes(Array(SignInWorld.inventory.utf8))
        _ = try store.replaceInventoryBlocking(of: try #require(OrganizationID("acme")), from: &source)
        let handler = GatewayHandler(
            configurations, metrics: MetricsAPI(backend: MetricsBackend(store), log: log), services: services,
            keySetVersion: way.keySetVersion, health: StoreHealth(database), gatewayMetrics: gatewayMetrics, log: log,
            on: reactor)
        router = handler.router
        self.handler = Confined(handler, to: reactor.confinement)
        thread = Mutex(nil)
        let reactor = reactor
        let new = try reactor.start()
        thread.withLock { $0 = new }
    }

    deinit {
        reactor.stop()
        thread.withLock { $0?.join() }
        log.sink.close()
        database.close()
    }

    static let people = [
        DemoPerson(id: "carla", name: "Carla", email: "ceo@acme.example", groups: ["everyone"]),
        DemoPerson(id: "vic", name: "Vic", email: "vic@acme.example", groups: ["everyone", "acme-viewers"]),
        DemoPerson(id: "una", name: "Una", email: "ceo@acme.example", isEmailVerified: false, groups: []),
        DemoPerson(id: "pat", name: "Pat", email: "pat@acme.example"),
        DemoPerson(id: "varia", name: "Varia", email: "a\u{1FEF}b@acme.example"),
        DemoPerson(id: "gloria", name: "Gloria", email: "gloria@globex.example"),
        DemoPerson(id: "sue", name: "Sue", email: "sue@acme.example"),
        DemoPerson(id: "nul", name: "Nul", email: "n\u{0}l@acme.example"),
        DemoPerson(id: "twin", name: "Twin", email: "vic@acme.example"),
        DemoPerson(id: "sam", name: "<Sam>", email: "sam@elsewhere.example", groups: ["Acme-Viewers"]),
    ]

    private static let inventory = """
        {"roles":[{"id":"owner","name":"Owner","scopes":["playbook.write"]}],"workspaces":[{"id":"soc","name":"SOC <1>",
        "created_at":"2025-01-01T00:00:00Z","workflows":[],"runners":[],"members":[{"email":"o@acme.example","name":"O",
        "roles":["owner"],"status":"active"}]}]}
        """

    private static func configuration(
        publicURL: String, providerSettings: String, secondProvider: String, settings: String
    ) -> String {
        """
        {"public_url": "\(publicURL)", "listen": "127.0.0.1:8080", "storage": "sqlite:store.db",
         "secret_key": {"env": "KEY"},
         "providers": [{"id": "idp", "issuer": "\(issuer)", "insecure_allow_http": true,
           "client_id": "gatehouse client", "client_secret": {"env": "SECRET"},
           "scopes": ["openid", "profile", "email", "groups"], "email_domains": ["acme.example"]\(providerSettings)}\(secondProvider)],
         "organizations": [
           {"id": "acme", "name": "Acme", "providers": ["idp"], "claim_mappings": [
             {"claim_name": "email", "claim_value": "ceo@acme.example", "role": "organization-manager"},
             {"claim_name": "groups", "claim_value": "acme-viewers", "role": "organization-viewer"}]},
           {"id": "globex", "name": "Globex", "providers": ["idp"], "claim_mappings": [
             {"claim_name": "groups", "claim_value": "globex", "role": "organization-manager"}]}]\(settings)}
        """
    }

    private static let environment = ["KEY": Base64.encode(Array(repeating: 7, count: 32)), "SECRET": "s:e c%ret"]

    /// The settings in the configuration file.
    func loadedSettings() throws -> Settings {
        try SettingsFile.load(path: "\(directory.path)/gatehouse.jsonc", environment: SignInWorld.environment)
    }

    /// Reloads the configuration with replaced pieces of its text.
    func reload(rewriting changes: (from: String, to: String)...) throws {
        var text = SignInWorld.configuration(
            publicURL: SignInWorld.origin, providerSettings: "", secondProvider: "", settings: "")
        for (from, to) in changes { text = text.replacing(from, with: to) }
        directory.file("gatehouse.jsonc", text)
        let configuration = RuntimeConfiguration(try loadedSettings(), by: way, after: configurations.read().value)
        services.adopt(configuration)
        configurations.publish(configuration)
    }

    /// The text logged so far.
    func logged() async -> String {
        let mark = "mark \(UInt64.random(in: 0...UInt64.max))"
        log.write(.info, mark)
        await lines.arrived(mark)
        return lines.text
    }

    /// The number of sign-ins with this result.
    func signIns(_ result: String) -> Int {
        let line = "gatehouse_sign_ins_total{provider=\"idp\",result=\"\(result)\"} "
        let found = gatewayMetrics.render(droppedLogLines: 0).split(separator: "\n").first { $0.hasPrefix(line) }
        return found.flatMap { Int($0.dropFirst(line.count)) } ?? 0
    }

    /// Hands a request to the gateway.
    ///
    /// - Parameter whileArriving: an action after the head has arrived, and before the content does.
    func send(
        _ method: String, _ path: String, fields: [String] = [], body: String = "", from peer: String = "192.0.2.1",
        whileArriving: () async throws -> Void = {}
    ) async throws -> TestAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:8080"] + fields
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        var parser = RequestParser()
        let bytes = Array((lines + ["", ""]).joined(separator: "\r\n").utf8)
        let request = try #require(try parser.parse(bytes.span))
        let (handler, clock, reactor) = (handler, clock, reactor)
        let turn = Turn(monotonic: clock.monotonic, wall: clock.now)
        let work = await withCheckedContinuation { continuation in
            reactor.perform {
                let answer = handler.value.answer(request, from: peer, at: turn)
                continuation.resume(
                    returning: Confined((answer, RequestBody(on: reactor, limit: 1 << 20)), to: reactor.confinement))
            }
        }
        try await whileArriving()
        let response: Response = await withCheckedContinuation { continuation in
            reactor.perform {
                work.value.1.append(Array(body.utf8))
                work.value.1.finish(.success(()))
                Task(executorPreference: reactor) {
                    let response = await work.value.0.response(to: work.value.1)
                    reactor.perform {
                        handler.value.completed(
                            CompletedExchange(
                                status: response.status, contentBytes: 0, nanoseconds: 1, wasCutShort: false,
                                context: work.value.0.context, turn: turn))
                    }
                    continuation.resume(returning: response)
                }
            }
        }
        return TestAnswer(response: response)
    }
}

/// A browser: it stores cookies, and follows redirects only on demand.
final class TestBrowser {
    let world: SignInWorld
    var cookies: [String: String] = [:]

    init(_ world: SignInWorld) {
        self.world = world
    }

    var cookieField: [String] {
        cookies.isEmpty ? [] : ["Cookie: " + cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; ")]
    }

    static let navigation = ["Accept: text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Mode: navigate"]

    @discardableResult
    func send(_ method: String, _ path: String, fields: [String] = [], body: String = "") async throws -> TestAnswer {
        let answer = try await world.send(method, path, fields: cookieField + fields, body: body)
        keepCookies(answer)
        return answer
    }

    func keepCookies(_ answer: TestAnswer) {
        for cookie in answer.setCookies {
            let parts = cookie.split(separator: ";")[0].split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            cookies[name] = cookie.contains("Max-Age=0") ? nil : String(parts[1])
        }
    }

    /// A request as by a user who follows a link.
    func open(_ path: String) async throws -> TestAnswer {
        try await send("GET", path, fields: TestBrowser.navigation)
    }

    /// A request as by a script of the page.
    func fetch(_ method: String, _ path: String, fields: [String] = []) async throws -> TestAnswer {
        try await send(
            method, path,
            fields: ["Accept: application/json", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"] + fields)
    }

    /// Begins a sign-in and returns the URL at the provider.
    func begin(_ query: String = "") async throws -> String {
        let answer = try await open("/auth/login\(query.isEmpty ? "" : "?\(query)")")
        try #require(answer.status == 303, "\(answer.body)")
        return try #require(answer.field("Location"))
    }

    /// The provider's response after a user chose an account: the callback's path and query.
    func consent(_ person: String, at url: String) throws -> String {
        let query = String(try #require(url.split(separator: "?", maxSplits: 1).last))
        let target = Target(path: "/authorize", query: query)
        let provider = url.hasPrefix(SignInWorld.otherIssuer) ? world.otherProvider : world.provider
        let page = provider.answer(.get, target, field: { _ in nil }, body: [], at: world.clock.now)
        try #require(page.status == .ok)
        let items = try #require(target.queryItems) + [("person", person)]
        let answer = provider.answer(
            .post, Target(path: "/authorize", query: nil), field: { _ in nil }, body: FormEncoding.body(items),
            at: world.clock.now)
        let location = try #require(answer.fields.value(.location))
        return String(location[try #require(location.firstRange(of: "/auth/")).lowerBound...])
    }

    /// A complete sign-in; returns the response to the callback.
    @discardableResult
    func signIn(_ person: String, _ query: String = "") async throws -> TestAnswer {
        try await open(consent(person, at: begin(query)))
    }

    /// The session's form token.
    func formToken() async throws -> String {
        try #require(try await fetch("GET", "/api/v1/me").json?.member("csrf_token")?.string)
    }
}

extension TestAnswer {
    var setCookies: [String] {
        let lines = (response?.fields.bytes ?? []).split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        return lines.filter { $0.hasPrefix("Set-Cookie: ") }.map { String($0.dropFirst(12).dropLast()) }
    }

    var location: String? { field("Location") }
}
