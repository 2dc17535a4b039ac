internal import Dispatch
public import Sockets

/// A listening server, spread over the given reactors.
public final class Server: Sendable {
    /// Makes the handler of one reactor; called once for each, before it runs.
    public typealias HandlerFactory = (_ reactor: Reactor, _ index: Int) -> any RequestHandler

    private let endpoints: [Confined]
    /// Where it listens, with the ports that the system chose; in the order that was asked for, at least one.
    public let addresses: [SocketAddress]

    /// `Sendable` because it is only opened by closures that its reactor performs.
    private struct Confined: @unchecked Sendable {
        let endpoint: ServerEndpoint
    }

    /// Binds at once; connections are accepted when the reactors run.
    ///
    /// - Parameters:
    ///   - addresses: at least one; none covers another.
    ///   - tls: asked for each connection, on its reactor's thread; `nil` for plain ones.
    public init(
        _ addresses: [SocketAddress], on reactors: [Reactor], limits: ServerLimits = ServerLimits(),
        tls: @escaping @Sendable () -> TLSServerContext? = { nil }, handler: HandlerFactory
    ) throws(SocketFault) {
        var endpoints: [Confined] = []
        var bound = addresses
        for (index, reactor) in reactors.enumerated() {
            let endpoint = try ServerEndpoint(
                bound, on: reactor, limits: limits, tls: tls, handler: handler(reactor, index))
            // The first reactor's listeners choose the ports where none are given; the others share them.
            bound = endpoint.addresses
            try endpoint.start()
            endpoints.append(Confined(endpoint: endpoint))
        }
        self.endpoints = endpoints
        self.addresses = bound
    }

    /// From now on each answer says `Connection: close` and ends its connection; new connections are still taken.
    public func announceEnd() {
        for confined in endpoints { confined.endpoint.reactor.perform { confined.endpoint.announceEnd() } }
    }

    /// Takes no more connections and answers what was asked; what is not done after the timeout is cut off.
    /// Blocks; not for a reactor's thread.
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
