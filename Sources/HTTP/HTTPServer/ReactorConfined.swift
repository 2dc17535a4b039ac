internal import Sockets

/// A reference that belongs to a reactor's thread, passed through code that the compiler assumes may run on any thread.
struct ReactorConfined<Value: AnyObject>: @unchecked Sendable {
    // @unchecked: the reference is readable on its reactor's thread only.
    private let reference: Value
    private let reactor: Reactor

    init(_ value: Value, to reactor: Reactor) {
        reference = value
        self.reactor = reactor
    }

    var value: Value {
        precondition(reactor.isCurrent, "used outside the thread that it belongs to")
        return reference
    }
}
