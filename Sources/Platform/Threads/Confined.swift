internal import Glibc
internal import Synchronization

/// The thread that a group of objects belongs to, such as the loop of a reactor.
///
/// Before ``begin()`` and after ``end()`` the objects belong to no thread. Only the code that sets them up or tears them
/// down uses them then.
public final class Confinement: Sendable {
    /// The owning thread (pthread_self(3)); 0 if there is none.
    private let owner = Atomic<UInt>(0)

    public init() {}

    /// Makes the calling thread the owner.
    public func begin() { owner.store(pthread_self(), ordering: .relaxed) }

    /// Ends the ownership.
    public func end() { owner.store(0, ordering: .relaxed) }

    /// True if the calling thread is the owner.
    public var isCurrent: Bool { owner.load(ordering: .relaxed) == pthread_self() }

    /// Ends the process if another thread than the calling one is the owner.
    public func check() {
        let owner = owner.load(ordering: .relaxed)
        precondition(owner == 0 || owner == pthread_self(), "used outside the thread that it belongs to")
    }
}

/// A value that belongs to one thread, passed through code that the compiler assumes may run on any thread.
///
/// `@unchecked Sendable`: each access checks the thread.
@frozen public struct Confined<Value>: @unchecked Sendable {
    @usableFromInline let stored: Value
    @usableFromInline let confinement: Confinement

    @inlinable public init(_ value: Value, to confinement: Confinement) {
        stored = value
        self.confinement = confinement
    }

    /// The value. Reading it on another thread than the one it belongs to ends the process.
    @inlinable public var value: Value {
        confinement.check()
        return stored
    }
}
