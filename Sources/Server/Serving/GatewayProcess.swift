internal import AccessUseCases
internal import Assertions
public import Configuration
internal import Databases
internal import Endpoints
internal import Files
internal import GatewayStores
internal import Grants
internal import HTTPClient
internal import HTTPServer
internal import Identities
internal import Mail
internal import OpenID
internal import Processes
internal import RuntimeConfiguration
internal import Sessions
internal import SignInFlow
internal import Snapshots
public import Sockets
public import Telemetry
internal import Threads
internal import Time
internal import WorkspaceMetrics

/// The reason why the gateway cannot start, in one sentence with the remedy.
public struct StartError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// The gateway as a process: it serves until a signal ends it, and reloads its configuration on SIGHUP.
public final class GatewayProcess {
    /// The version of this program.
    public static var version: String { GatewayVersion.current }

    private let settings: Settings
    private let configurations: Published<RuntimeConfiguration>
    private let database: Database
    private let metricsSettings: Published<MetricsSettings>
    private let metrics: MetricsStore
    private let server: GatewayServer
    private let services: GatewayServices
    private let maintenance: Maintenance
    private let retired = RetiredConfigurations()
    private let outbound: Outbound
    private let client: HTTPClient
    private let mail: SMTPClient
    private let post: OutboxWorker
    private let certificate: Published<TLSServerContext?>
    private let log: Log

    /// Opens the store and binds the listeners; no request is answered before ``start()``. ``Signals/block()`` must
    /// be called before, and before any thread starts.
    ///
    /// - Parameter environment: the process's environment, which may name a proxy for outbound requests.
    public init(_ settings: Settings, environment: [String: String] = [:], log: Log, isDemo: Bool = false)
        throws(StartError)
    {
        do throws(TLSError) {
            certificate = Published(try TLSServerContext(settings.tls))
        } catch {
            throw StartError("tls: \(error)")
        }
        func configuration(by outbound: Outbound) throws(StartError) -> RuntimeConfiguration {
            do throws(TLSError) {
                return try RuntimeConfiguration(settings, by: outbound)
            } catch {
                throw StartError("upstreams: \(error)")
            }
        }
        self.settings = settings
        self.log = log
        let gatewayMetrics = GatewayMetrics()
        let proxies = ProxySettings(environment: environment)
        if let fault = proxies.fault { throw StartError(fault) }
        let http: HTTPClient
        do throws(SystemError) {
            http = try HTTPClient(proxies: proxies)
            mail = try SMTPClient()
        } catch {
            throw StartError("\(error)")
        }
        client = http
        outbound = Outbound(http: http, report: { ProviderReport(gatewayMetrics, log).take($0) })
        let configuration = try configuration(by: outbound)
        configurations = Published(configuration)
        metricsSettings = Published(MetricsSettings(settings))
        let store: MetricsStore
        do throws(DatabaseError) {
            database = try GatewayStore.open(settings)
            store = MetricsStore(database: database, settings: metricsSettings)
            services = try GatewayServices(
                database: database, under: configuration, gatewayMetrics: gatewayMetrics, log: log)
            let (sessions, access, keys) = (services.stores.sessions, services.stores.access, services.assertionKeys)
            // A failed read is repeated in the next round. Until then the store counts as silent.
            try database.follow { changes throws(DatabaseError) in
                sessions.takeUp(changes)
                try access.takeUp(changes)
                try keys.takeUp(changes)
                try store.takeUp(changes)
            }
        } catch {
            throw StartError("storage: the database cannot be used: \(error)")
        }
        metrics = store
        maintenance = Maintenance(configurations, services, metrics: store, retired: retired)
        post = OutboxWorker(configurations, services, by: mail)
        let wanted = settings.reactors > 0 ? settings.reactors : SystemThread.processorCount
        let certificate = certificate
        let raised = DescriptorBudget.raisingLimit()
        // A reactor has an epoll instance, an event counter and its listeners, and should have room for connections.
        let perReactor = 2 + settings.listen.count + (settings.forwardAuthListen.map { _ in 1 } ?? 0)
        let reactors = min(wanted, max(1, raised.connections / (perReactor + 4)))
        let budget = raised.with(reactors * perReactor + 1)
        if budget.limit < 4096 {
            log.write(
                .warning, "the limit of open files is low; raise it (ulimit -n, LimitNOFILE)",
                fields: [
                    ("limit", "\(budget.limit)"), ("connections", "\(budget.connections)"), ("reactors", "\(reactors)"),
                ])
        }
        http.limitConnections(to: budget.outboundConnections)
        do throws(SystemError) {
            server = try GatewayServer(
                configurations, tls: settings.tls.isEmpty ? nil : certificate, listen: settings.listen,
                adminListen: settings.adminListen, forwardAuthListen: settings.forwardAuthListen, reactors: reactors,
                limits: ServerLimits(within: budget, reactors: reactors, passesOn: settings.passesOn),
                upstreamConnections: ServerLimits.upstreamConnections(
                    within: budget, reactors: reactors, passesOn: settings.passesOn),
                adminLimits: ServerLimits(adminWithin: budget),
                database: database, store: store, services: services, keySetVersion: outbound.keySetVersion, log: log,
                isDemo: isDemo)
        } catch {
            throw StartError("\(error)")
        }
    }

    /// The addresses of the public listeners, with the ports that the system chose.
    public var addresses: [SocketAddress] { server.addresses }
    /// The address of the admin listener; nil if there is none.
    public var adminAddress: SocketAddress? { server.adminAddress }

    /// Starts the reactors, the periodic work and the sending of email.
    ///
    /// - Throws: the reason if a reactor cannot start.
    public func start() throws(StartError) {
        do throws(SystemError) {
            try server.start()
        } catch {
            throw StartError("\(error)")
        }
        let report = SettingsReport(settings, log)
        report.writePlainHTTP()
        report.write()
        if database.onlyPolls {
            log.write(
                .warning,
                "a pooler keeps notifications away, so changes of other processes are polled; set storage.direct to a URL "
                    + "past the pooler")
        }
        metrics.reviewLicenses()
        maintenance.start()
        post.start()
        var fields = [("address", addresses.map(\.description).joined(separator: ", "))]
        if let adminAddress { fields.append(("admin_address", "\(adminAddress)")) }
        if let address = server.forwardAuthAddress { fields.append(("forward_auth_address", "\(address)")) }
        log.write(.info, "serving", fields: fields + [("version", GatewayVersion.current)])
    }

    /// Serves until SIGTERM or SIGINT, then answers pending requests and returns. `reload` is called on SIGHUP.
    public func run(reload: () throws(ConfigurationError) -> Settings) {
        while Signals.next() == .reload { self.reload(reload) }
        log.write(.info, "draining")
        server.announceEnd()
        Signals.awaitTermination(atMost: configurations.read().value.drainDelay)
        maintenance.stop()
        post.stop()
        let end = ContinuousClock.now + .seconds(25)
        server.drain()
        services.renewals.finishBlocking(within: min(.seconds(5), end - ContinuousClock.now))
        post.finishBlocking(before: end)
        let rest = max(.seconds(2), ContinuousClock.now.duration(to: end))
        maintenance.finishBlocking(before: .now() + rest)
        database.close()
        client.close()
        mail.close()
        log.write(.info, "stopped")
    }

    private func reload(_ read: () throws(ConfigurationError) -> Settings) {
        do {
            let new = try read()
            let fixed: [(String, Bool)] = [
                ("listen", new.listen == settings.listen), ("admin_listen", new.adminListen == settings.adminListen),
                ("forward_auth_listen", new.forwardAuthListen == settings.forwardAuthListen),
                ("reactors", new.reactors == settings.reactors), ("storage", new.storage == settings.storage),
                ("tls", new.tls.isEmpty == settings.tls.isEmpty),
            ]
            let changed = fixed.filter { !$0.1 }.map(\.0)
            if !changed.isEmpty {
                log.write(
                    .warning, "these settings change only after a restart",
                    fields: [("settings", changed.joined(separator: ", "))])
            }
            if new.passesOn, !settings.passesOn {
                log.write(
                    .warning, "connections to applications are few until a restart, which divides the open files anew")
            }
            let tls = settings.tls.isEmpty ? nil : try TLSServerContext(new.tls)
            client.forget()
            let previous = configurations.read().value
            let configuration = try RuntimeConfiguration(new, by: outbound, after: previous)
            if let tls { certificate.publish(tls) }
            retired.keep(previous)
            services.adopt(configuration)
            metricsSettings.publish(MetricsSettings(new))
            configurations.publish(configuration)
            maintenance.recountMetrics()
            metrics.reviewLicenses()
            server.gatewayMetrics.lastReloadSucceeded = true
            log.write(.info, "the configuration was reloaded")
            SettingsReport(new, log).write()
        } catch {
            server.gatewayMetrics.lastReloadSucceeded = false
            let faults = (error as? ConfigurationError)?.faults.map(\.description) ?? ["\(error)"]
            for fault in faults {
                log.write(.error, "the configuration has a fault; the old one stays in use", fields: [("fault", fault)])
            }
        }
    }
}

extension Settings {
    /// True if the gateway itself passes requests on to applications.
    fileprivate var passesOn: Bool { upstreams.contains { !$0.addresses.isEmpty } }
}

extension TLSServerContext {
    /// Reads the files of certificates and keys. Returns nil if there are none.
    convenience init?(_ settings: [TLSSettings]) throws(TLSError) {
        var certificates: [ServerCertificate] = []
        for setting in settings { certificates.append(try setting.certificate()) }
        guard let first = certificates.first else { return nil }
        self.init(first, Array(certificates.dropFirst()))
    }
}
