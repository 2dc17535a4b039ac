internal import Synchronization
internal import Time
internal import Tokens

/// The keys that a provider published, and their lifetime.
struct KnownKeys {
    let set: KeySet
    /// The document from which the keys were read.
    let bytes: [UInt8]
    let fetchedAt: MonotonicTime
    /// The lifetime by the provider's `Cache-Control`.
    let lifetime: Duration

    /// The time for which keys stay valid beyond their lifetime while the provider cannot be reached.
    static let staleness: Duration = .seconds(24 * 3600)

    func areFresh(at now: MonotonicTime) -> Bool { now < fetchedAt + lifetime }

    /// Returns true if the keys may still be used to verify tokens.
    func count(at now: MonotonicTime) -> Bool { now < fetchedAt + (lifetime + KnownKeys.staleness) }

    /// Returns true if the keys should be fetched again before they expire, so that no request has to wait.
    func areAging(at now: MonotonicTime) -> Bool { now >= fetchedAt + lifetime * 4 / 5 }
}

/// A counter of key changes at all providers: the key-set version. A holder of verifiers detects a change with one
/// atomic load.
public final class KeySetVersion: Sendable {
    private let count = Atomic<UInt64>(1)

    public init() {}

    public var current: UInt64 { count.load(ordering: .acquiring) }

    func increment() { count.add(1, ordering: .releasing) }
}
