public import Synchronization

/// A value that writers replace as a whole and many threads read.
///
/// Readers keep their last ``Reading`` and compare its version, which costs one atomic load. They take the lock only
/// after a change, to copy the value out.
public final class Published<Value: Sendable>: Sendable {
    /// A value and its version.
    public struct Reading: Sendable {
        public let value: Value
        public let version: UInt64
    }

    /// The actions that run after each replacement.
    public let watchers = Watchers()
    private let state: Mutex<Reading>
    @usableFromInline let current: Atomic<UInt64>

    public init(_ value: Value) {
        state = Mutex(Reading(value: value, version: 1))
        current = Atomic(1)
    }

    /// Version of the current value: starts at 1 and grows by one with each replacement.
    @inlinable public var version: UInt64 { current.load(ordering: .acquiring) }

    /// Returns the current value and its version, under the lock.
    public func read() -> Reading {
        state.withLock { $0 }
    }

    /// Updates a kept reading; returns true if it changed.
    @inlinable @discardableResult
    public func refresh(_ reading: inout Reading) -> Bool {
        guard reading.version != version else { return false }
        reading = read()
        return true
    }

    /// Replaces the value. Concurrent calls are ordered by the lock; the last one wins.
    public func publish(_ value: Value) {
        update { $0 = value }
    }

    /// Replaces the value if nothing was published since `version` was read.
    ///
    /// - Returns: true if the value was replaced.
    public func publish(_ value: Value, ifStill version: UInt64) -> Bool {
        let isReplaced = state.withLock { reading in
            guard reading.version == version else { return false }
            reading = Reading(value: value, version: version + 1)
            current.store(reading.version, ordering: .releasing)
            return true
        }
        if isReplaced { watchers.notify() }
        return isReplaced
    }

    /// Changes the value under the lock; `body` must be short and must not call this type.
    public func update(_ body: (inout Value) -> Void) {
        state.withLock { reading in
            var value = reading.value
            body(&value)
            reading = Reading(value: value, version: reading.version + 1)
            current.store(reading.version, ordering: .releasing)
        }
        watchers.notify()
    }
}
