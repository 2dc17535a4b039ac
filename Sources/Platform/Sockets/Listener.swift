internal import CLinux
public import Files
internal import Glibc
internal import Time

/// A listening socket on one reactor. Several listeners may share an address; the kernel distributes connections.
public final class Listener: EventHandler {
    private let reactor: Reactor
    private let descriptor: Descriptor
    private let accepted: (Stream) -> Void
    private let tls: () -> TLSServerContext?
    private let outOfDescriptors: () -> Bool
    private var key: RegistrationKey?
    private var isWatching = false
    private static let unsentBytes: Int32 = 32 << 10

    /// Binds the address at once, so that errors appear before anything runs.
    ///
    /// - Parameters:
    ///   - tls: called for each connection, so that a renewed certificate takes effect at once; returns nil for plain
    ///     connections.
    ///   - outOfDescriptors: called if the process has no descriptor left for a connection. It closes one and returns
    ///     true, or returns false; then the listener pauses for 100 ms.
    ///   - accepted: called on the reactor's thread.
    public init(
        _ address: SocketAddress, on reactor: Reactor, tls: @escaping () -> TLSServerContext? = { nil },
        outOfDescriptors: @escaping () -> Bool = { false }, accepted: @escaping (Stream) -> Void
    ) throws(SystemError) {
        self.reactor = reactor
        self.outOfDescriptors = outOfDescriptors
        self.accepted = accepted
        self.tls = tls
        descriptor = try address.listen()
    }

    /// The bound address, with the port that the system chose.
    public var address: SocketAddress {
        unsafe numericAddress { unsafe getsockname(descriptor.number, $0, $1) }
    }

    /// Starts accepting connections.
    public func start() throws(SystemError) {
        key = try reactor.add(descriptor, .read, self)
        isWatching = true
    }

    /// Accepts connections already queued, then stops listening.
    public func close() {
        guard let key else { return }
        // The bound exceeds the queue's length: clients that keep connecting must not keep the listener open.
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
        reactor.change(key, .read)
    }

    private func accept(atMost limit: Int) {
        for _ in 0..<limit {
            do throws(SystemError) {
                let number = try systemCall("accept4") { gatehouse_accept(descriptor.number) }
                let connection = Descriptor(number)
                // Without TCP_NODELAY, an answer of several writes waits for acknowledgements; a failure costs only
                // that delay.
                try? setOption(connection, Int32(IPPROTO_TCP), TCP_NODELAY)
                // The kernel buffers little unsent data, so that a client that does not read is detected.
                try? setOption(connection, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Listener.unsentBytes)
                guard let context = tls() else {
                    accepted(Stream(connection))
                    continue
                }
                // If memory for the TLS state is short, the connection is dropped, which closes it.
                if let tls = TLSConnection(accepting: connection, context) { accepted(Stream(connection, tls: tls)) }
            } catch {
                if error.isWouldBlock { return }
                if error.isOutOfDescriptors, let key {
                    if outOfDescriptors() { continue }
                    // Epoll is level-triggered and would spin; the listener retries later, when descriptors may be
                    // free.
                    isWatching = false
                    reactor.change(key, [])
                    reactor.wake(key, at: reactor.turn.monotonic + .milliseconds(100))
                    return
                }
                // The client gave up while queued (accept(2), ECONNABORTED and network errors): continue with the next
                // one.
            }
        }
    }
}
