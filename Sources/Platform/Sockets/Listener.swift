internal import CLinux
internal import Glibc
internal import Time

/// Accepts connections on one reactor. Several listeners may share an address; the kernel spreads connections.
public final class Listener: EventHandler {
    private let reactor: Reactor
    private let descriptor: Descriptor
    private let accepted: (Stream) -> Void
    private let tls: () -> TLSServerContext?
    private let outOfDescriptors: () -> Bool
    private var key: RegistrationKey?
    private var isWatching = false
    private static let unsentBytes: Int32 = 32 << 10

    /// Binds at once, so that errors come before anything runs.
    ///
    /// - Parameters:
    ///   - tls: asked for each connection, so that another certificate counts at once; `nil` for plain ones.
    ///   - outOfDescriptors: called if the process has no descriptor left for a connection. It closes one and returns
    ///     true, or returns false; then the listener waits a moment.
    ///   - accepted: called on the reactor's thread.
    public init(
        _ address: SocketAddress, on reactor: Reactor, tls: @escaping () -> TLSServerContext? = { nil },
        outOfDescriptors: @escaping () -> Bool = { false }, accepted: @escaping (Stream) -> Void
    ) throws(SocketFault) {
        self.reactor = reactor
        self.outOfDescriptors = outOfDescriptors
        self.accepted = accepted
        self.tls = tls
        descriptor = try address.listen()
    }

    /// Where it listens, with the port that the system chose.
    public var address: SocketAddress {
        unsafe numericAddress { unsafe getsockname(descriptor.number, $0, $1) }
    }

    public func start() throws(SocketFault) {
        key = try reactor.add(descriptor, .read, self)
        isWatching = true
    }

    /// Takes what is queued already, then listens no more.
    public func close() {
        guard let key else { return }
        // More than the queue holds: clients that keep connecting must not keep the listener open.
        accept(atMost: 2 * SocketAddress.queueLength)
        reactor.remove(key, descriptor)
        self.key = nil
    }

    public func ready(_ readiness: Readiness, at turn: Turn) {
        accept(atMost: 64)
    }

    public func deadlinePassed(at turn: Turn) {
        guard let key, !isWatching else { return }
        isWatching = true
        reactor.change(key, descriptor, .read)
    }

    private func accept(atMost limit: Int) {
        for _ in 0..<limit {
            do throws(SocketFault) {
                let number = try system("accept4") { gatehouse_accept(descriptor.number) }
                let connection = Descriptor(number)
                // Without it answers of several writes wait for acknowledgements; a failure only costs that.
                try? setOption(connection, Int32(IPPROTO_TCP), TCP_NODELAY)
                // The kernel holds little that was not sent, so that a client that does not read is noticed.
                try? setOption(connection, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Listener.unsentBytes)
                guard let context = tls() else {
                    accepted(Stream(connection))
                    continue
                }
                // Without memory for its state the connection is dropped, which closes it.
                if let tls = TLSConnection(accepting: connection, context) { accepted(Stream(connection, tls: tls)) }
            } catch {
                if error.isWouldBlock { return }
                if error.isOutOfDescriptors, let key {
                    if outOfDescriptors() { continue }
                    // Level-triggered, so it would spin: look again when some descriptor may have been closed.
                    isWatching = false
                    reactor.change(key, descriptor, [])
                    reactor.wake(key, at: reactor.turn.monotonic + .milliseconds(100))
                    return
                }
                // The client gave up while queued (accept(2), ECONNABORTED and network errors): take the next.
            }
        }
    }
}
