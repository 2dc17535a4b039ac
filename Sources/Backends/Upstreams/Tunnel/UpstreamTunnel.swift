internal import HTTPMessage
internal import Sockets
internal import Threads
internal import Time

/// The octets of an upgraded connection, carried both ways until both sides have ended or the tunnel is broken off.
final class UpstreamTunnel: RevocableExchange {
    /// Time that one direction may be silent after the other has ended.
    private static let halfClosedTime: Duration = .seconds(30)

    private let upstream: UpstreamConnection
    private let idle: Duration?
    private let isStillPermitted: @Sendable () -> Bool
    private let registry: UpgradedConnections
    private let reactor: Reactor
    private var lastActivity: MonotonicTime
    private var isHalfClosed = false
    private var isBroken = false
    private var hasClientEnded = false
    private var waiting: CheckedContinuation<Void, Never>?
    private var client: (any TunnelEnd)?

    init(
        _ upstream: UpstreamConnection, idle: Duration?, in registry: UpgradedConnections, on reactor: Reactor,
        isStillPermitted: @escaping @Sendable () -> Bool
    ) {
        self.upstream = upstream
        self.idle = idle
        self.registry = registry
        self.reactor = reactor
        self.isStillPermitted = isStillPermitted
        lastActivity = reactor.turn.monotonic
    }

    /// Carries octets until both directions have ended.
    /// - Returns: false if the tunnel was broken off.
    func carry(_ client: any TunnelEnd) async -> Bool {
        registry.add(self)
        self.client = client
        defer {
            registry.remove(self)
            self.client = nil
        }
        let tunnel = Confined(self, to: reactor.confinement)
        Task.immediate(executorPreference: reactor) { await tunnel.value.carryUp(client) }
        await carryDown(client)
        while !hasClientEnded, !isBroken { await withCheckedContinuation { waiting = $0 } }
        upstream.close()
        return !isBroken
    }

    private func carryUp(_ client: any TunnelEnd) async {
        do {
            while let bytes = try await client.read() {
                lastActivity = reactor.turn.monotonic
                try await upstream.send(bytes, within: nil)
            }
            isHalfClosed = true
            hasClientEnded = true
            upstream.endWriting()
            resume()
        } catch {
            breakOff()
        }
    }

    private func carryDown(_ client: any TunnelEnd) async {
        do {
            while let bytes = try await upstream.nextContent(within: nil) {
                lastActivity = reactor.turn.monotonic
                try await client.write(bytes)
            }
            isHalfClosed = true
            client.endWriting()
        } catch {
            breakOff()
        }
    }

    func mayGoOn(at now: MonotonicTime) -> Bool {
        guard isStillPermitted() else { return false }
        let limit = isHalfClosed ? min(idle ?? UpstreamTunnel.halfClosedTime, UpstreamTunnel.halfClosedTime) : idle
        return limit.map { now < lastActivity + $0 } ?? true
    }

    func breakOff() {
        guard !isBroken else { return }
        isBroken = true
        upstream.close()
        resume()
        // A client that does not read would otherwise keep its connection, and what waits for it.
        client?.abort()
    }

    private func resume() {
        waiting?.resume()
        waiting = nil
    }
}
