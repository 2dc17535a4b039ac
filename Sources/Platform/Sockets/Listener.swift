internal import CLinux
internal import Glibc
internal import Time

/// Accepts connections on one reactor. Several listeners may share an address; the kernel spreads connections.
public final class Listener: EventHandler {
    private let reactor: Reactor
    private let descriptor: Descriptor
    private let accepted: (Stream) -> Void
    private let tls: () -> TLSServerContext?
    private var key: RegistrationKey?
    private var isWatching = false

    /// Binds at once, so that errors come before anything runs. `accepted` is called on the reactor's thread.
    ///
    /// - Parameter tls: asked for each connection, so that another certificate counts at once; `nil` for plain ones.
    public init(
        _ address: SocketAddress, on reactor: Reactor, tls: @escaping () -> TLSServerContext? = { nil },
        accepted: @escaping (Stream) -> Void
    ) throws(SocketFault) {
        self.reactor = reactor
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

    /// Stops taking connections for now; they queue in the kernel.
    public func pause() {
        guard let key, isWatching else { return }
        isWatching = false
        reactor.change(key, descriptor, [])
    }

    public func resume() {
        guard let key, !isWatching else { return }
        isWatching = true
        reactor.change(key, descriptor, .read)
    }

    /// Takes what is queued already, then listens no more.
    public func close() {
        guard let key else { return }
        accept(atMost: 4096)
        reactor.remove(key, descriptor)
        self.key = nil
    }

    public func ready(_ readiness: Readiness, at turn: Turn) {
        accept(atMost: 64)
    }

    public func deadlinePassed(at turn: Turn) {
        resume()
    }

    private func accept(atMost limit: Int) {
        for _ in 0..<limit {
            do throws(SocketFault) {
                let number = try system("accept4") { gatehouse_accept(descriptor.number) }
                let connection = Descriptor(number)
                // Without it answers of several writes wait for acknowledgements; a failure only costs that.
                try? setOption(connection, Int32(IPPROTO_TCP), TCP_NODELAY)
                guard let context = tls() else {
                    accepted(Stream(connection))
                    continue
                }
                // Without memory for its state the connection is dropped, which closes it.
                if let tls = TLSConnection(accepting: connection, context) { accepted(Stream(connection, tls: tls)) }
            } catch {
                if error.isWouldBlock { return }
                if error.isOutOfDescriptors, let key {
                    // Level-triggered, so it would spin: look again when some connection may have closed.
                    pause()
                    reactor.wake(key, at: reactor.turn.monotonic + .milliseconds(100))
                    return
                }
                // The client gave up while queued (accept(2), ECONNABORTED and network errors): take the next.
            }
        }
    }
}
