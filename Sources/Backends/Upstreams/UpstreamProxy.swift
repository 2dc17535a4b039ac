internal import Files
public import HTTPMessage
public import HTTPServer
internal import Identities
internal import Policy
public import Sockets
internal import Text
internal import Threads
internal import Time

/// The reverse proxy of one reactor: it passes requests on to upstreams and their responses back, both as they arrive.
///
///     return .later(bodyLimit: target.options.bodyLimit) { [proxy] body in
///         do throws(UpstreamFault) {
///             return try await proxy.value.forward(request, body, exchange, to: target)
///         } catch {
///             return page(error)   // error.status: 502, 504, 413, 405 …
///         }
///     }
///
/// `proxy` is confined to the reactor (`Confined`), on which all calls are made. The caller has decided on the request
/// before; `exchange.fields` are the fields that the gateway states.
public final class UpstreamProxy {
    /// The upgraded connections and event streams of this reactor.
    public let upgradedConnections: UpgradedConnections
    /// Called on the reactor once per request, when the head of its response has arrived or it has failed.
    public var observer: ((UpstreamObservation) -> Void)?

    let reactor: Reactor
    private let book: AddressBook
    private var lanes: [UpstreamTarget.Address: [UpstreamLane]] = [:]
    private var turns = 0
    private let room: UpstreamRoom

    /// - Parameter connections: the most connections to upstreams. Each takes a descriptor.
    public convenience init(on reactor: Reactor, connections: Int = 4096) {
        self.init(on: reactor, connections: connections, lookUp: nil)
    }

    /// - Parameter lookUp: finds the addresses of names; the system's resolver if it is nil.
    init(on reactor: Reactor, connections: Int, lookUp: AddressBook.LookUp?) {
        self.reactor = reactor
        room = UpstreamRoom(for: connections)
        book = AddressBook(on: reactor, lookUp: lookUp)
        upgradedConnections = UpgradedConnections(on: reactor)
    }

    /// Closes all idle connections, after a change of the configuration or at the end.
    public func closeIdleConnections() {
        for lane in lanes.values.joined() { lane.closeIdle() }
        lanes = lanes.compactMapValues { lanes in
            let used = lanes.filter { !$0.isUnused }
            return used.isEmpty ? nil : used
        }
    }

    /// Passes a request on and returns the upstream's response, whose content follows as it arrives.
    ///
    /// - Parameters:
    ///   - body: the request's content, read as the upstream takes it.
    ///   - exchange: what the gateway knows and states.
    /// - Throws: the reason why there is no response. Nothing of a response was sent to the client then.
    public func forward(
        _ request: Request, _ body: RequestBody, _ exchange: ForwardedExchange, to target: UpstreamTarget
    ) async throws(UpstreamFault) -> Response {
        guard exchange.permit.upstream.text.isExactly(target.id) else { throw .foreignPermit }
        let began = MonotonicTime.now()
        let call = UpstreamCall(body, exchange, target, on: reactor)
        let outcome = await withTaskCancellationHandler {
            await result { () async throws(UpstreamFault) -> Response in
                try await self.perform(call, try ForwardedRequest(request, exchange, for: target))
            }
        } onCancel: {
            call.cancel()
        }
        if let observer {
            let seen: UpstreamObservation.Outcome
            switch outcome {
            case .success(let response): seen = .answered(response.status)
            case .failure(let fault): seen = .failed(fault)
            }
            observer(
                UpstreamObservation(
                    upstream: target.id, outcome: seen, wasRepeated: call.state.value.wasRepeated,
                    nanoseconds: MonotonicTime.now().nanoseconds(since: began)))
        }
        return try outcome.get()
    }

    private func result(
        _ work: () async throws(UpstreamFault) -> Response
    ) async -> Result<Response, UpstreamFault> {
        do throws(UpstreamFault) {
            return .success(try await work())
        } catch {
            return .failure(error)
        }
    }

    private func perform(_ call: UpstreamCall, _ request: ForwardedRequest) async throws(UpstreamFault) -> Response {
        while true {
            let mayReuse = !call.state.value.wasRepeated
            let connection = try await connect(call, request, mayReuse: mayReuse)
            do throws(UpstreamFault) {
                return try await exchange(call, request, on: connection)
            } catch {
                connection.close()
                guard connection.isReused, request.isRepeatable, !connection.answer.hasBegun, mayReuse,
                    case .unreachable = error, !call.state.value.isCancelled
                else { throw error }
                call.state.value.wasRepeated = true
            }
        }
    }

    // MARK: Connections

    /// A name that is not found leaves time for other addresses.
    private static let longestLookUp: Duration = .seconds(5)

    /// Number of exchanges under way.
    var underWay: Int { lanes.values.joined().reduce(0) { $0 + $1.underWay } }

    /// Returns a connection to one of the addresses that work, an idle one if there is one.
    private func connect(
        _ call: UpstreamCall, _ request: ForwardedRequest, mayReuse: Bool
    ) async throws(UpstreamFault) -> UpstreamConnection {
        var left = call.target.addresses
        var last = UpstreamFault.unreachable("no address is configured")
        let deadline = reactor.turn.monotonic + call.target.options.timeout
        while let lane = choose(&left, call.target) {
            if mayReuse, !request.asksForUpgrade, let idle = lane.takeIdle() {
                return idle
            }
            do throws(UpstreamFault) {
                return try await open(lane, call, until: deadline, isLast: left.isEmpty)
            } catch {
                if call.state.value.isCancelled { throw .clientGone }
                // The address is not to blame.
                if case .noRoom = error { throw error }
                lane.failed()
                last = error
            }
            // Nothing of the request was sent, so another address may get it.
            guard reactor.turn.monotonic < deadline else { throw last }
        }
        throw last
    }

    /// Takes the address with the fewest exchanges under way from the list, first those that work. Equal ones take turns.
    private func choose(_ left: inout [UpstreamTarget.Address], _ target: UpstreamTarget) -> UpstreamLane? {
        guard !left.isEmpty else { return nil }
        let now = reactor.turn.monotonic
        turns = turns < 1 << 30 ? turns + 1 : 0
        var best: (index: Int, lane: UpstreamLane, rank: (Int, UInt64))?
        for offset in left.indices {
            let index = (offset + turns) % left.count
            let lane = lane(left[index], target)
            let rank: (Int, UInt64)
            if lane.accepts(at: now) {
                rank = (0, UInt64(clamping: lane.underWay))
            } else {
                // If no address works, the one whose time is over first is tried.
                rank = (1, lane.ejectedUntil?.nanoseconds ?? 0)
            }
            if best.map({ rank < $0.rank }) ?? true { best = (index, lane, rank) }
        }
        guard let best else { return nil }
        left.remove(at: best.index)
        return best.lane
    }

    private func lane(_ address: UpstreamTarget.Address, _ target: UpstreamTarget) -> UpstreamLane {
        let known = lanes[address] ?? []
        if case .https = address {
            // Connections made with other authorities are not used.
            if let lane = known.first(where: { $0.tls === target.tls }) { return lane }
        } else if let lane = known.first {
            return lane
        }
        let lane = UpstreamLane(address, tls: target.tls, in: room, on: reactor)
        lanes[address] = known.filter { !$0.isUnused } + [lane]
        return lane
    }

    private func open(
        _ lane: UpstreamLane, _ call: UpstreamCall, until deadline: MonotonicTime, isLast: Bool
    ) async throws(UpstreamFault) -> UpstreamConnection {
        guard case .http(let host, let port) = lane.address.plain else {
            guard case .unix(let path) = lane.address else { throw .unreachable("no address") }
            return try await open(lane, call, until: deadline) { () throws(SystemError) in
                try Sockets.Stream.connecting(toPath: path)
            }
        }
        let known = await book.addresses(
            of: host, until: min(deadline, reactor.turn.monotonic + UpstreamProxy.longestLookUp))
        guard let found = known else { throw .tooSlow("\(lane.address.name): the name was not found in time") }
        guard !found.isEmpty else { throw .unreachable("\(lane.address.name): the name has no address") }
        var last = UpstreamFault.tooSlow("\(lane.address.name): no connection was established in time")
        for (index, address) in found.enumerated() {
            let now = reactor.turn.monotonic
            guard now < deadline else { break }
            // An address that does not respond leaves time for the others.
            let share = isLast && index == found.count - 1 ? deadline : min(deadline, now + .seconds(5))
            do throws(UpstreamFault) {
                return try await open(lane, call, until: share) { () throws(SystemError) in
                    try Sockets.Stream.connecting(to: SocketAddress(host: address, port: port))
                }
            } catch {
                if call.state.value.isCancelled { throw .clientGone }
                last = error
            }
        }
        throw last
    }

    private func open(
        _ lane: UpstreamLane, _ call: UpstreamCall, until deadline: MonotonicTime,
        _ stream: () throws(SystemError) -> Sockets.Stream
    ) async throws(UpstreamFault) -> UpstreamConnection {
        let connection: UpstreamConnection
        guard makeRoom() else { throw .noRoom("\(lane.address.name): there are too many connections to upstreams") }
        do throws(SystemError) {
            connection = try UpstreamConnection(try stream(), in: lane, on: reactor)
        } catch {
            if error.isOutOfDescriptors { throw .noRoom("\(lane.address.name): \(error)") }
            throw .unreachable("\(lane.address.name): \(error)")
        }
        lane.opened()
        call.state.value.use(connection)
        try await connection.open(until: deadline)
        return connection
    }

    /// Returns true if there is room for one more connection. An idle one is closed for it.
    private func makeRoom() -> Bool { !room.isFull || lanes.values.joined().contains { $0.closeOneIdle() } }
}

extension UpstreamTarget.Address {
    /// Host and port of an address of the network, without TLS.
    fileprivate var plain: UpstreamTarget.Address {
        if case .https(let host, let port) = self { .http(host: host, port: port) } else { self }
    }
}
