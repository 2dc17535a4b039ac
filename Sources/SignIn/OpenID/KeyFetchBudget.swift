public import Addresses
internal import Time

/// The source of a token that no known key verifies.
public enum KeyAsker: Sendable, Hashable {
    /// The provider itself, in a response of its token endpoint.
    case provider
    case client(ClientPrefix)

    fileprivate var site: ClientPrefix? {
        guard case .client(let prefix) = self else { return nil }
        return prefix.site
    }
}

/// The budget of key fetches that refused tokens may cause at one provider. The budget counts fetches, not tokens.
///
/// A client address may cause one fetch in 30 seconds, an IPv6 /48 two. If tokens with invented keys come from one
/// network, a real change of keys can therefore still be noticed through another. In total, four fetches are allowed at
/// once, and one more every ten seconds. This limits the load on the provider if there are many addresses.
struct KeyFetchBudget {
    static let pause: Duration = .seconds(30)
    private static let perSite = 2
    private static let interval: Duration = .seconds(10)
    private static let atOnce = 4

    /// The fetches of the last 30 seconds. The total rate bounds their number.
    private var taken: [(asker: KeyAsker, at: MonotonicTime)] = []
    /// The time at which all allowed fetches would have been made at a rate of one per ten seconds.
    private var busyUntil = MonotonicTime(nanoseconds: 0)

    func allows(_ asker: KeyAsker, at now: MonotonicTime) -> Bool {
        let recent = taken.filter { !$0.at.isOver(KeyFetchBudget.pause, at: now) }
        guard !recent.contains(where: { $0.asker == asker }) else { return false }
        if let site = asker.site, recent.count(where: { $0.asker.site == site }) >= KeyFetchBudget.perSite {
            return false
        }
        return busyUntil <= now + KeyFetchBudget.interval * (KeyFetchBudget.atOnce - 1)
    }

    /// Counts a fetch if it is allowed. Returns true if it is allowed.
    mutating func take(_ asker: KeyAsker, at now: MonotonicTime) -> Bool {
        guard allows(asker, at: now) else { return false }
        taken.removeAll { $0.at.isOver(KeyFetchBudget.pause, at: now) }
        taken.append((asker, now))
        busyUntil = max(busyUntil, now) + KeyFetchBudget.interval
        return true
    }
}
