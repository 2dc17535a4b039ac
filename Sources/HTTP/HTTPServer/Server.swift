internal import Dispatch
public import Sockets

/// A listening server, distributed over the given reactors.
public final class Server: Sendable {
    /// Creates the handler of one reactor; called once per reactor, before it runs.
    public typealias HandlerFactory = (_ reactor: Reactor, _ index: Int) -> any RequestHandler

    private let endpoints: [Confined]
    /// Bound addresses, with the ports that the system chose; in the given order, at least one.
    public let addresses: [SocketAddress]

    /// @unchecked: only closures that the reactor performs use the endpoint.
    private struct Confined: @unchecked Sendable {
        let endpoint: ServerEndpoint
    }

    /// Binds at once; connections are accepted when the reactors run.
    ///
    /// - Parameters:
    ///   - addresses: at least one; none covers another.
    ///   - tls: called for each connection, on its reactor's thread; returns nil for plain connections.
    public init(
        _ addresses: [SocketAddress], on reactors: [Reactor], limits: ServerLimits = ServerLimits(),
        tls: @escaping @Sendable () -> TLSServerContext? = { nil }, handler: HandlerFactory
    ) throws(SocketFault) {
        var endpoints: [Confined] = []
        var bound = addresses
        for (index, reactor) in reactors.enumerated() {
            let endpoint = try ServerEndpoint(
                bound, on: reactor, limits: limits, tls: tls, handler: handler(reactor, index))
            // The first reactor's listeners choose the ports if none are given; the others share them.
            bound = endpoint.addresses
            try endpoint.start()
            endpoints.append(Confined(endpoint: endpoint))
        }
        self.endpoints = endpoints
        self.addresses = bound
    }

    /// Makes each further response say `Connection: close` and end its connection; new connections are still accepted.
    public func announceEnd() {
        for confined in endpoints { confined.endpoint.reactor.perform { confined.endpoint.announceEnd() } }
    }

    /// Stops accepting connections and answers outstanding requests; after the timeout, open connections are aborted.
    /// Blocks; do not call it on a reactor's thread.
    public func drain(timeout: Duration) {
        let group = DispatchGroup()
        for confined in endpoints {
            group.enter()
            let reactor = confined.endpoint.reactor
            reactor.perform { confined.endpoint.drain { group.leave() } }
        }
        let deadline = DispatchTime.now() + .milliseconds(Int(timeout.components.seconds) * 1000)
        if group.wait(timeout: deadline) == .timedOut {
            for confined in endpoints {
                confined.endpoint.reactor.perform { confined.endpoint.abort() }
            }
            group.wait()
        }
    }
}
