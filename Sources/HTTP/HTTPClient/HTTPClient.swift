internal import Addresses
public import Files
internal import HTTPMessage
internal import Sockets
internal import Synchronization
internal import Threads
internal import Time

/// An HTTP/1.1 client: TLS by OpenSSL, reused connections, and a policy that restricts the reachable servers.
///
/// All calls share one reactor with its own thread. Names are resolved on other threads, because the system's resolver
/// blocks. Redirects are returned like other responses.
public final class HTTPClient: OutboundHTTP {
    private let reactor: Reactor
    private let thread: SystemThread
    private let proxies: ProxySettings
    private let pool: Confined<ConnectionPool>
    private let contexts = Mutex<[String?: TLSClientContext]>([:])
    private let resolver = NameResolver()

    /// Starts the client's thread; throws if the system has no descriptors or threads left.
    public init(proxies: ProxySettings = .none) throws(SystemError) {
        let reactor = try Reactor()
        self.reactor = reactor
        self.proxies = proxies
        pool = Confined(ConnectionPool(), to: reactor.confinement)
        thread = try reactor.start()
    }

    /// Limits the open connections; further requests wait within their time-outs.
    public func limitConnections(to maximum: Int) {
        let pool = pool
        reactor.perform { pool.value.maximum = max(1, maximum) }
    }

    /// Closes all idle connections, and reads files of certificate authorities again at their next use.
    public func forget() {
        contexts.withLock { $0 = [:] }
        let pool = pool
        reactor.perform { pool.value.closeAll() }
    }

    /// Ends the thread; calls in progress run into their time-outs.
    public func close() {
        reactor.stop()
        thread.join()
    }

    /// Sends a request and returns its response. Cancelling the task ends the request as timed out.
    public func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let call = ClientCall(request)
        let watchdog = Task.inBackground {
            try? await Task.pause(for: request.limits.whole)
            if !Task.isCancelled { call.fail(.timedOut, "the response took too long") }
        }
        defer { watchdog.cancel() }
        let outcome = await withTaskCancellationHandler {
            await call.outcome { start(call) }
        } onCancel: {
            call.fail(.timedOut, "the request was cancelled")
        }
        return try outcome.get()
    }

    private func start(_ call: ClientCall) {
        let (url, policy) = (call.request.url, call.request.policy)
        guard policy.permits(url) else { return call.fail(.notAllowed, "only https URLs are allowed") }
        let tls: TLSClientContext?
        do throws(TLSError) {
            tls = url.scheme == "https" ? try context(policy.authoritiesFile) : nil
        } catch {
            return call.fail(.insecure, error.description)
        }
        let proxy = proxies.proxy(for: url)
        let key = ConnectionPool.Key(
            scheme: url.scheme, host: url.host, port: url.effectivePort, proxy: proxy, policy: policy)
        reactor.perform { [self] in
            if let connection = pool.value.take(key, isRepeatable: call.isRepeatable, at: reactor.turn.monotonic) {
                hand(call, to: connection)
                connection.ask(call) { [weak self] in self?.connect(call, key, tls) }
            } else {
                connect(call, key, tls)
            }
        }
    }

    private func context(_ file: String?) throws(TLSError) -> TLSClientContext {
        if let known = contexts.withLock({ $0[file] }) { return known }
        let context = try TLSClientContext(authoritiesFile: file)
        contexts.withLock { $0[file] = context }
        return context
    }

    /// Resolves the name, then connects to one of the addresses that the policy permits.
    private func connect(_ call: ClientCall, _ key: ConnectionPool.Key, _ tls: TLSClientContext?) {
        // Behind a proxy only a literal address can be checked here; the proxy resolves names.
        if key.proxy != nil, let address = IPAddress(key.host),
            !call.request.policy.permits(address, of: call.request.url)
        {
            return call.fail(.notAllowed, "the address \(key.host) is not a public one")
        }
        let host = key.proxy?.address.host ?? key.host
        resolver.resolve(host) { [self] found in
            guard !found.isEmpty else { return call.fail(.notResolved, "the name \(host) has no address") }
            let permitted =
                key.proxy != nil
                ? found
                : found.filter { text in
                    // An address with a zone (`fe80::1%eth0`) is never public.
                    IPAddress(text).map { call.request.policy.permits($0, of: call.request.url) } ?? false
                }
            guard !permitted.isEmpty else {
                return call.fail(.notAllowed, "the address \(found[0]) is not a public one")
            }
            reactor.perform { [self] in
                pool.value.whenThereIsRoom(for: call, key) { [weak self] in
                    self?.attempt(call, key, tls, permitted[...])
                }
            }
        }
    }

    private func attempt(
        _ call: ClientCall, _ key: ConnectionPool.Key, _ tls: TLSClientContext?, _ addresses: ArraySlice<String>
    ) {
        guard !call.isOver else { return }
        guard let address = addresses.first else { return call.fail(.notConnected, "no address could be reached") }
        let rest = addresses.dropFirst()
        let now = reactor.turn.monotonic
        let end = call.began + call.request.limits.connect
        guard now < end else { return call.fail(.timedOut, "no connection was established in time") }
        // The time per address is bounded, so that an unresponsive one leaves time for the others.
        let share = rest.isEmpty ? end : min(end, now + .seconds(2))
        do throws(SystemError) {
            let port = key.proxy?.address.port ?? key.port
            let stream = try Stream.connecting(to: SocketAddress(host: address, port: port))
            let connection = try ClientConnection(stream, key, tls: tls, pool: pool.value, on: reactor)
            hand(call, to: connection)
            connection.connect(call, until: share) { [weak self] fault in
                guard rest.isEmpty else { return self?.attempt(call, key, tls, rest) ?? () }
                if fault.code == 110 {
                    call.fail(.timedOut, "no connection was established in time")
                } else {
                    call.fail(.notConnected, "\(fault)")
                }
            }
        } catch {
            rest.isEmpty ? call.fail(.notConnected, "\(error)") : attempt(call, key, tls, rest)
        }
    }

    private func hand(_ call: ClientCall, to connection: ClientConnection) {
        let (reactor, connection) = (reactor, Confined(connection, to: reactor.confinement))
        call.onAbandon { reactor.perform { connection.value.abandon(call) } }
    }
}
