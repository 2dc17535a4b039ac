public import Sockets
internal import Time

/// Where a token came from that no known key verifies.
public enum KeyAsker: Sendable, Hashable {
    /// The provider itself, in an answer of its token endpoint.
    case provider
    case client(ClientPrefix)

    fileprivate var site: ClientPrefix? {
        guard case .client(let prefix) = self else { return nil }
        return prefix.site
    }
}

/// The fetches of a provider's keys that refused tokens may cause. It counts fetches, not tokens.
///
/// A client address causes one in 30 seconds, an IPv6 /48 two: tokens with made-up keys from one place leave room for a
/// real change of keys that is seen from another. In all there are four at once, and one more every ten seconds, which is
/// what the provider bears when the addresses are many.
struct KeyFetchBudget {
    static let pause: Duration = .seconds(30)
    private static let perSite = 2
    private static let interval: Duration = .seconds(10)
    private static let atOnce = 4

    /// Those of the last 30 seconds. The rate in all bounds their number.
    private var taken: [(asker: KeyAsker, at: MonotonicTime)] = []
    /// When the fetches that were allowed would be over, were they one every ten seconds.
    private var busyUntil = MonotonicTime(nanoseconds: 0)

    func allows(_ asker: KeyAsker, at now: MonotonicTime) -> Bool {
        let recent = taken.filter { !$0.at.isOver(KeyFetchBudget.pause, at: now) }
        guard !recent.contains(where: { $0.asker == asker }) else { return false }
        if let site = asker.site, recent.count(where: { $0.asker.site == site }) >= KeyFetchBudget.perSite {
            return false
        }
        return busyUntil <= now + KeyFetchBudget.interval * (KeyFetchBudget.atOnce - 1)
    }

    /// Counts a fetch where it is allowed; returns whether it is.
    mutating func take(_ asker: KeyAsker, at now: MonotonicTime) -> Bool {
        guard allows(asker, at: now) else { return false }
        taken.removeAll { $0.at.isOver(KeyFetchBudget.pause, at: now) }
        taken.append((asker, now))
        busyUntil = max(busyUntil, now) + KeyFetchBudget.interval
        return true
    }
}
