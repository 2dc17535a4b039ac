internal import HTTPMessage
internal import HTTPServer
internal import Sockets
internal import Threads
internal import Time

/// The content of a response that is passed on while it arrives. If it is dropped before it has run, the connection to
/// the upstream is closed.
final class AnswerRelay: Sendable {
    private final class State: RevocableExchange {
        let connection: UpstreamConnection
        let call: UpstreamCall
        var isOver = false

        init(_ connection: UpstreamConnection, _ call: UpstreamCall) {
            self.connection = connection
            self.call = call
        }

        func mayGoOn(at now: MonotonicTime) -> Bool { call.exchange.isStillPermitted() }

        func breakOff() { connection.close() }
    }

    private let state: Confined<State>
    private let registry: Confined<UpgradedConnections>
    private let reactor: Reactor
    private let isEventStream: Bool
    private let bindsConnection: Bool

    init(
        _ connection: UpstreamConnection, _ call: UpstreamCall, isEventStream: Bool, bindsConnection: Bool,
        in registry: UpgradedConnections, on reactor: Reactor
    ) {
        state = Confined(State(connection, call), to: reactor.confinement)
        self.registry = Confined(registry, to: reactor.confinement)
        self.reactor = reactor
        self.isEventStream = isEventStream
        self.bindsConnection = bindsConnection
    }

    deinit {
        let (state, reactor) = (state, reactor)
        if reactor.isCurrent {
            if !state.value.isOver { state.value.connection.close() }
        } else {
            reactor.perform { if !state.value.isOver { state.value.connection.close() } }
        }
    }

    /// Writes the content as it arrives. Throws if it does not arrive completely, or if the client is gone.
    func run(_ writer: any ResponseWriter) async throws {
        let state = state.value
        if isEventStream { registry.value.add(state) }
        defer { if isEventStream { registry.value.remove(state) } }
        let call = state.call
        try await withTaskCancellationHandler {
            let timeout = isEventStream ? nil : call.target.options.timeout
            do {
                while let bytes = try await state.connection.nextContent(within: timeout) {
                    try await writer.write(bytes)
                }
            } catch {
                state.isOver = true
                state.connection.close()
                throw error
            }
            state.isOver = true
            call.state.value.letGo()
            bindsConnection ? state.connection.close() : state.connection.release()
        } onCancel: {
            call.cancel()
        }
    }
}

/// The carrier of an upgraded connection. If it is dropped before it has run, the connection to the upstream is closed.
final class TunnelRelay: Sendable {
    private let tunnel: Confined<UpstreamTunnel>
    private let reactor: Reactor

    init(_ tunnel: UpstreamTunnel, on reactor: Reactor) {
        self.tunnel = Confined(tunnel, to: reactor.confinement)
        self.reactor = reactor
    }

    deinit {
        let (tunnel, reactor) = (tunnel, reactor)
        if reactor.isCurrent { tunnel.value.breakOff() } else { reactor.perform { tunnel.value.breakOff() } }
    }

    func run(_ client: any TunnelEnd) async -> Bool {
        let (tunnel, reactor) = (tunnel, reactor)
        return await withTaskCancellationHandler {
            await tunnel.value.carry(client)
        } onCancel: {
            if reactor.isCurrent { tunnel.value.breakOff() } else { reactor.perform { tunnel.value.breakOff() } }
        }
    }
}
