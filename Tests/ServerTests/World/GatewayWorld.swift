import AccessUseCases
import Configuration
import Databases
import DemoProvider
import Endpoints
import GatehouseTesting
import GatewayStores
import HTTPMessage
import Identities
import MetricsUseCases
import OpenID
import RuntimeConfiguration
import SignInFlow
import Snapshots
import Sockets
import Synchronization
import Telemetry
import Testing
import Threads
import Time
import WorkspaceMetrics

@testable import HTTPServer
@testable import Server

/// A gateway without sockets: requests go to a handler on a running reactor, outbound ones to providers that can be
/// made to misbehave, and the test advances the clocks.
///
/// Its configuration comes from a settings file with a sign-in provider, or from ``StaticKeys``.
final class GatewayWorld: Sendable {
    let clock: ManualClock
    let providers: SignInProviders
    let configurations: Published<RuntimeConfiguration>
    let gatewayMetrics = GatewayMetrics()
    let recorded: RecordedLog
    let metricsSettings: Published<MetricsSettings>
    let store: MetricsStore
    let services: GatewayServices
    let router: Router
    let place: TemporaryStore
    /// The settings file's text; empty if there is none.
    private let settingsText: String
    private let outside: Outbound
    let reactor: Reactor
    let handler: Confined<GatewayHandler>
    private let forwardAuth: Confined<ForwardAuthHandler>
    /// The time by which the monotonic clock of requests is ahead, in seconds.
    private let ahead = Mutex(Int64(0))
    private let contact = StoreContact()
    private let thread: SystemThread

    var database: Database { place.database }
    var outbound: ScriptedProvider { providers.outbound }
    var provider: DemoProvider { providers.first }
    var otherProvider: DemoProvider { providers.second }
    /// The configuration in force.
    var configuration: RuntimeConfiguration { configurations.read().value }

    /// Makes a gateway whose users sign in; Acme has the workspace `soc`.
    convenience init(_ text: SettingsText = SettingsText(), environment: [String: String] = [:]) throws {
        try self.init(SignInProviders(for: text), text: text.json) { place, outside in
            let settings = try SettingsText.load(text.json, in: place.directory, environment)
            return (try RuntimeConfiguration(settings, by: outside), MetricsSettings(settings))
        }
        try replaceInventory(of: "acme", SettingsText.inventory)
    }

    /// Makes a gateway that accepts bearer tokens only; Acme has the workspaces `soc` and `fraud`, Globex has `fleet`.
    convenience init(_ keys: StaticKeys) throws {
        try self.init(SignInProviders(for: SettingsText()), text: "") { _, _ in
            (try keys.configuration(), MetricsSettings())
        }
        try fill("acme", workspaces: ["soc", "fraud"])
        try fill("globex", workspaces: ["fleet"])
    }

    private init(
        _ providers: SignInProviders, text: String,
        configuration: (TemporaryStore, Outbound) throws -> (RuntimeConfiguration, MetricsSettings)
    ) throws {
        (self.providers, clock, settingsText) = (providers, providers.clock, text)
        recorded = try RecordedLog()
        place = try TemporaryStore(GatewayStore.schemas)
        let report = ProviderReport(gatewayMetrics, recorded.log)
        outside = Outbound(http: providers.outbound, clocks: clock.clocks, report: { report.take($0) })
        let (first, metrics) = try configuration(place, outside)
        (configurations, metricsSettings) = (Published(first), Published(metrics))
        let database = place.database
        services = try GatewayServices(
            database: database, under: first, gatewayMetrics: gatewayMetrics, log: recorded.log,
            clocks: clock.clocks)
        store = MetricsStore(database: database, settings: metricsSettings, now: clock.clocks.wall)
        reactor = try Reactor()
        let handler = GatewayHandler(
            configurations, metrics: MetricsReplies(backend: MetricsBackend(store), log: recorded.log),
            services: services,
            keySetVersion: outside.keySetVersion, health: StoreHealth(lastContact: contact.last),
            gatewayMetrics: gatewayMetrics,
            log: recorded.log, on: reactor)
        router = handler.router
        self.handler = Confined(handler, to: reactor.confinement)
        forwardAuth = Confined(ForwardAuthHandler(handler), to: reactor.confinement)
        thread = try reactor.start()
    }

    deinit {
        reactor.stop()
        thread.join()
    }

    // MARK: Configuration

    /// Reloads the settings file that the world began with, with replaced pieces of its text.
    func reload(rewriting changes: (from: String, to: String)...) throws {
        var text = settingsText
        for (from, to) in changes { text = text.replacing(from, with: to) }
        let settings = try SettingsText.load(text, in: place.directory)
        let configuration = try RuntimeConfiguration(settings, by: outside, after: configuration)
        services.adopt(configuration)
        metricsSettings.publish(MetricsSettings(settings))
        configurations.publish(configuration)
    }

    /// Reads the settings file.
    func settings() throws -> Settings { try SettingsText.load(settingsText, in: place.directory) }

    /// The provider `idp`, as the gateway asks it.
    var remote: RemoteProvider? { configuration.signIn.remotes.values.first }

    // MARK: Requests

    /// Advances the monotonic clock of requests, which measures rate limits and the store's silence. The advance of
    /// ``clock`` alone is no silence of the store.
    func advanceRequests(_ duration: Duration) { ahead.withLock { $0 += duration.components.seconds } }

    /// Silences the store for all requests from now on.
    func silenceStore() { contact.lose() }

    /// Makes a change that is taken up just before a request reads the time of the last contact.
    func beforeContact(_ change: @escaping @Sendable () -> Void) { contact.beforeReading(change) }

    /// Hands a request to the gateway, and performs the work for its response.
    ///
    /// - Parameters:
    ///   - token: a bearer token.
    ///   - host: the `Host` field; nil for the gateway's own.
    ///   - listener: the listener at which the request arrives.
    ///   - first: the part of the content that arrives with the head, so that the request's work begins; nil if the work
    ///     begins with the whole content.
    ///   - whileArriving: an action after the head has arrived, and before the rest of the content does.
    func send(
        _ method: String, _ path: String, token: String? = nil, fields: [String] = [], body: String = "",
        from peer: String = "192.0.2.1", host: String? = nil, at listener: Listener = .main,
        arrivingFirst first: String? = nil,
        whileArriving: () async throws -> Void = {}
    ) async throws -> TestAnswer {
        let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
        let begun = try await begin(
            method, path, token: token, fields: fields + length, from: peer, host: host, at: listener)
        let (handler, reactor) = (handler, reactor)
        let content = await withCheckedContinuation { continuation in
            reactor.perform {
                continuation.resume(
                    returning: Confined(RequestBody(on: reactor, limit: 1 << 20), to: reactor.confinement))
            }
        }
        let (answers, receiver) = AsyncStream.makeStream(of: TestAnswer.self)
        let work: @Sendable () -> Void = {
            Task(executorPreference: reactor) {
                let response = await begun.value.answer.response(to: content.value)
                reactor.perform {
                    let (answer, turn) = begun.value
                    handler.value.completed(
                        CompletedExchange(
                            status: response.status, contentBytes: 0, nanoseconds: 1, wasCutShort: false,
                            context: answer.context, turn: turn))
                    receiver.yield(TestAnswer(response: response, contentLimit: answer.contentLimit))
                    receiver.finish()
                }
            }
        }
        if let first {
            reactor.perform {
                work()
                content.value.append(Array(first.utf8))
            }
        }
        try await whileArriving()
        reactor.perform {
            content.value.append(Array(body.utf8.dropFirst(first?.utf8.count ?? 0)))
            content.value.finish(.success(()))
            if first == nil { work() }
        }
        for await answer in answers { return answer }
        return TestAnswer(response: nil, contentLimit: nil)
    }

    func get(_ path: String, token: String? = nil) async throws -> TestAnswer {
        try await send("GET", path, token: token)
    }

    /// Hands a request to the gateway, and does not perform work for its response.
    func decide(_ method: String, _ path: String, token: String, fields: [String] = []) async throws -> TestAnswer {
        let begun = try await begin(
            method, path, token: token, fields: fields, from: "192.0.2.1", host: nil, at: .main)
        return await withCheckedContinuation { continuation in
            reactor.perform {
                let (answer, _) = begun.value
                var response: Response?
                if case .now(let immediate) = answer.kind { response = immediate }
                continuation.resume(returning: TestAnswer(response: response, contentLimit: answer.contentLimit))
            }
        }
    }

    /// A listener of the gateway.
    enum Listener {
        case main, forwardAuth
    }

    private func begin(
        _ method: String, _ path: String, token: String?, fields: [String], from peer: String, host: String?,
        at listener: Listener
    ) async throws -> Confined<(answer: Answer, turn: Turn)> {
        let own = configuration.publicURL.split(separator: "/").last.map { String($0) } ?? ""
        let credential = token.map { ["Authorization: Bearer \($0)"] } ?? []
        let request = try Request(method, path, host: host ?? own, fields: credential + fields)
        let turn = Turn(monotonic: clock.monotonic + .seconds(ahead.withLock { $0 }), wall: clock.now)
        let (handler, forwardAuth, reactor) = (handler, forwardAuth, reactor)
        return await withCheckedContinuation { continuation in
            reactor.perform {
                let answer =
                    switch listener {
                    case .main: handler.value.answer(request, from: peer, at: turn)
                    case .forwardAuth: forwardAuth.value.answer(request, from: peer, at: turn)
                    }
                continuation.resume(returning: Confined((answer: answer, turn: turn), to: reactor.confinement))
            }
        }
    }

    /// The number of sign-ins at the provider `idp` with this result.
    func signIns(_ result: String) -> UInt64 { gatewayMetrics.signIns.counter(["idp", result]).value }

    /// Returns the text logged so far, with the completed requests.
    func logged() async -> String {
        let (handler, reactor) = (handler, reactor)
        await withCheckedContinuation { continuation in
            reactor.perform {
                handler.value.flushLog()
                continuation.resume()
            }
        }
        return await recorded.all()
    }
}

extension Answer {
    fileprivate var contentLimit: Int? {
        guard case .later(let limit, _) = kind else { return nil }
        return limit
    }
}
