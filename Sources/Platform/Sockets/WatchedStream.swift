public import Files

/// A stream registered at a reactor on behalf of a handler.
public final class WatchedStream {
    public let stream: Stream
    public let reactor: Reactor
    /// Key of the registration; nil once closed.
    public private(set) var key: RegistrationKey?
    private var interest: Readiness

    public init(
        _ stream: Stream, on reactor: Reactor, interest: Readiness, handler: any EventHandler
    ) throws(SystemError) {
        self.stream = stream
        self.reactor = reactor
        self.interest = interest
        key = try reactor.add(stream.descriptor, interest, handler)
    }

    /// Sets the awaited events.
    public func setInterest(_ new: Readiness) {
        guard let key, new != interest else { return }
        interest = new
        reactor.change(key, new)
    }

    /// Stops watching; the descriptor closes with the last reference to the stream.
    public func close() {
        if let key { reactor.remove(key, stream.descriptor) }
        key = nil
    }
}
