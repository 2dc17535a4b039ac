internal import Sockets

/// Carries a reference that belongs to a reactor's thread through code that the compiler thinks may run anywhere.
struct ReactorConfined<Value: AnyObject>: @unchecked Sendable {
    // @unchecked: the reference is given out on its reactor's thread only.
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
