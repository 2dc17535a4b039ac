internal import Databases
public import Files
public import GatewayStores
internal import HTTPServer
internal import MetricsUseCases
internal import OpenID
internal import RuntimeConfiguration
internal import Snapshots
public import Sockets
internal import Telemetry
internal import Threads
internal import Time
internal import WorkspaceMetrics

/// The running gateway: its reactors, its public and admin listeners, and their shared state.
public final class GatewayServer {
    private let reactors: [Reactor]
    private let servers: [Server]
    private var threads: [SystemThread] = []
    public let health: StoreHealth
    public let gatewayMetrics: GatewayMetrics
    /// The addresses of the public listeners, with the ports that the system chose; in the order of the settings.
    public let addresses: [SocketAddress]
    /// The address of the admin listener; nil if there is none.
    public let adminAddress: SocketAddress?
    /// The address of the forward-auth listener; nil if there is none.
    public let forwardAuthAddress: SocketAddress?

    /// Binds all listeners; no request is answered before ``start()``.
    ///
    /// - Parameters:
    ///   - tls: the certificate of the public listeners, which may change; nil for plain HTTP.
    ///   - reactors: the number of event-loop threads, at least one.
    init(
        _ configurations: Published<RuntimeConfiguration>, tls: Published<TLSServerContext?>? = nil,
        listen: [SocketAddress], adminListen: SocketAddress?, forwardAuthListen: SocketAddress? = nil,
        reactors count: Int,
        limits: ServerLimits = ServerLimits(), upstreamConnections: Int = 4096,
        adminLimits: ServerLimits = ServerLimits(), database: Database,
        store: MetricsStore, services: GatewayServices,
        keySetVersion: KeySetVersion, log: Log, isDemo: Bool = false
    ) throws(SystemError) {
        let health = StoreHealth(database)
        let gatewayMetrics = services.gatewayMetrics
        var reactors: [Reactor] = []
        for _ in 0..<max(1, count) { reactors.append(try Reactor()) }
        let metrics = MetricsReplies(backend: MetricsBackend(store), log: log)
        let free = try listen.map { address throws(SystemError) in try address.free() }
        var handlers: [GatewayHandler] = []
        let server = try Server(free, on: reactors, limits: limits, tls: { tls?.read().value }) { reactor, _ in
            let handler = GatewayHandler(
                configurations, metrics: metrics, services: services, keySetVersion: keySetVersion, health: health,
                gatewayMetrics: gatewayMetrics, log: log, isDemo: isDemo, upstreamConnections: upstreamConnections,
                on: reactor)
            handlers.append(handler)
            return handler
        }
        var servers = [server]
        var forwardAuthAddress: SocketAddress?
        if let forwardAuthListen {
            let own = try Server([try forwardAuthListen.free()], on: reactors, limits: limits) { _, index in
                ForwardAuthHandler(handlers[index])
            }
            servers.append(own)
            forwardAuthAddress = own.addresses.first
        }
        var adminAddress: SocketAddress?
        if let adminListen {
            let admin = try Server([try adminListen.free()], on: [reactors[0]], limits: adminLimits) { _, _ in
                AdminHandler(health: health, gatewayMetrics: gatewayMetrics, database: database, log: log)
            }
            servers.append(admin)
            adminAddress = admin.addresses.first
        }
        #if DEBUG
            for reactor in reactors { reactor.stepWatch = GatewayServer.watch(log) }
        #endif
        self.reactors = reactors
        self.servers = servers
        self.health = health
        self.gatewayMetrics = gatewayMetrics
        self.adminAddress = adminAddress
        self.forwardAuthAddress = forwardAuthAddress
        addresses = server.addresses
    }

    #if DEBUG
        /// A step of a reactor takes at most a millisecond, since all its connections wait. Unoptimized code takes
        /// about 25 times as long.
        private static let longestStep = Duration.milliseconds(25)

        /// Logs each step that takes too long for a reactor; only in debug builds, since measuring takes time too.
        private static func watch(_ log: Log) -> StepWatch {
            StepWatch(longerThan: longestStep) { step, time in
                log.write(
                    .warning, "a step blocked a reactor",
                    fields: [
                        ("step", step.rawValue), ("cpu_ms", String(time.clampedNanoseconds / 1_000_000)),
                    ])
            }
        }
    #endif

    /// Starts the reactors' threads, which then answer requests.
    ///
    /// - Throws: a fault if a reactor cannot start.
    public func start() throws(SystemError) {
        for reactor in reactors { threads.append(try reactor.start()) }
    }

    /// Turns `/readyz` to 503 and makes each response end its connection; new connections are still accepted.
    public func announceEnd() {
        health.beginDraining()
        servers[0].announceEnd()
    }

    /// Turns `/readyz` to 503, answers pending requests within the timeout, and stops.
    public func drain(timeout: Duration = .seconds(30)) {
        announceEnd()
        for server in servers { server.drain(timeout: timeout) }
        for reactor in reactors { reactor.stop() }
        for thread in threads { thread.join() }
        threads = []
    }
}
