public import Files
public import Sockets
internal import Threads
internal import Time

/// A listening server, distributed over the given reactors.
public final class Server: Sendable {
    /// Creates the handler of one reactor; called once per reactor, before it runs.
    public typealias HandlerFactory = (_ reactor: Reactor, _ index: Int) -> any RequestHandler

    private let shares: [Share]
    /// Bound addresses, with the ports that the system chose; in the given order, at least one.
    public let addresses: [SocketAddress]

    private struct Share {
        let reactor: Reactor
        let endpoint: Confined<ServerEndpoint>

        /// Runs an action on the reactor's thread, soon.
        func perform(_ action: @escaping @Sendable (ServerEndpoint) -> Void) {
            reactor.perform { [endpoint] in action(endpoint.value) }
        }
    }

    /// Binds at once; connections are accepted when the reactors run.
    ///
    /// - Parameters:
    ///   - addresses: at least one; none covers another.
    ///   - tls: called for each connection, on its reactor's thread; returns nil for plain connections.
    public init(
        _ addresses: [SocketAddress], on reactors: [Reactor], limits: ServerLimits = ServerLimits(),
        tls: @escaping @Sendable () -> TLSServerContext? = { nil }, handler: HandlerFactory
    ) throws(SystemError) {
        var shares: [Share] = []
        var bound = addresses
        for (index, reactor) in reactors.enumerated() {
            let endpoint = try ServerEndpoint(
                bound, on: reactor, limits: limits, tls: tls, handler: handler(reactor, index))
            // The first reactor's listeners choose the ports if none are given; the others share them.
            bound = endpoint.addresses
            try endpoint.start()
            shares.append(Share(reactor: reactor, endpoint: Confined(endpoint, to: reactor.confinement)))
        }
        self.shares = shares
        self.addresses = bound
    }

    /// Makes each further response say `Connection: close` and end its connection; new connections are still accepted.
    public func announceEnd() {
        for share in shares { share.perform { $0.announceEnd() } }
    }

    /// Stops accepting connections and answers outstanding requests; after the timeout, open connections are aborted.
    /// Blocks; do not call it on a reactor's thread.
    public func drain(timeout: Duration) {
        let open = Monitor(shares.count)
        for share in shares {
            share.perform { $0.drain { open.change { $0 -= 1 } } }
        }
        let areDrained = { (open: inout Int) in open == 0 ? () : nil }
        if open.wait(until: .now() + timeout, for: areDrained) == nil {
            for share in shares { share.perform { $0.abort() } }
            _ = open.wait(for: areDrained)
        }
    }
}
