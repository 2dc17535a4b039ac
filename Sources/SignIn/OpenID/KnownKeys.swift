internal import Synchronization
internal import Time
public import Tokens

/// The keys that a provider published, and how long they count.
struct KnownKeys {
    let set: KeySet
    /// The document that they were read from.
    let bytes: [UInt8]
    let fetchedAt: MonotonicTime
    /// By the provider's `Cache-Control`.
    let lifetime: Duration

    /// How long keys count beyond their lifetime while the provider cannot be reached.
    static let staleness: Duration = .seconds(24 * 3600)

    func areFresh(at now: MonotonicTime) -> Bool { now < fetchedAt + lifetime }

    /// Whether they may verify tokens.
    func count(at now: MonotonicTime) -> Bool { now < fetchedAt + (lifetime + KnownKeys.staleness) }

    /// Whether it is time to fetch them anew, so that no request has to wait for that.
    func areAging(at now: MonotonicTime) -> Bool { now >= fetchedAt + lifetime * 4 / 5 }
}

/// A provider's keys at a moment.
public struct KeyReading: Sendable {
    /// Nil where none could be had, or none for too long.
    public let keys: KeySet?
    /// Changes with the keys.
    public let version: UInt64
}

/// Counts the changes of providers' keys, so that a holder of verifiers notices one with one atomic load.
public final class KeyNews: Sendable {
    private let count = Atomic<UInt64>(1)

    public init() {}

    public var version: UInt64 { count.load(ordering: .acquiring) }

    func changed() { count.add(1, ordering: .releasing) }
}
