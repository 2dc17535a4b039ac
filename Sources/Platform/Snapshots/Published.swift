public import Synchronization

/// A value that one writer replaces as a whole and many threads read.
///
/// Readers keep the last ``Reading`` they took and compare its version, which costs one atomic load; only after a
/// change do they take the lock to copy the value out.
public final class Published<Value: Sendable>: Sendable {
    /// A value together with the version at which it was current.
    public struct Reading: Sendable {
        public let value: Value
        public let version: UInt64
    }

    private let state: Mutex<Reading>
    @usableFromInline let current: Atomic<UInt64>

    public init(_ value: Value) {
        state = Mutex(Reading(value: value, version: 1))
        current = Atomic(1)
    }

    /// Grows by one with each replacement; starts at 1.
    @inlinable public var version: UInt64 { current.load(ordering: .acquiring) }

    public func read() -> Reading {
        state.withLock { $0 }
    }

    /// Brings a kept reading up to date; answers whether it changed.
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

    /// Replaces the value where nothing was published since `version` was read.
    ///
    /// - Returns: whether it did.
    public func publish(_ value: Value, ifStill version: UInt64) -> Bool {
        state.withLock { reading in
            guard reading.version == version else { return false }
            reading = Reading(value: value, version: version + 1)
            current.store(reading.version, ordering: .releasing)
            return true
        }
    }

    /// Changes the value under the lock; `body` must be short and must not call back.
    public func update(_ body: (inout Value) -> Void) {
        state.withLock { reading in
            var value = reading.value
            body(&value)
            reading = Reading(value: value, version: reading.version + 1)
            current.store(reading.version, ordering: .releasing)
        }
    }
}
