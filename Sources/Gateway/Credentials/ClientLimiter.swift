package import Addresses
package import Time

/// Limits costly events, such as refused tokens and begun sign-ins, by the client's address.
///
/// Each IPv4 address and each IPv6 /64 has a token bucket: `burst` events at once, `perSecond` regained. Each IPv6 /48
/// has another, ``sites`` times as large, because one customer can have 65,536 prefixes of 64 bits. Memory is bounded
/// for any number of addresses. Each reactor has its own instance.
package struct ClientLimiter {
    /// The limit of a /48 as a multiple of a /64's.
    static let sites = 16.0

    private var clients: BucketSketch
    private var networks: BucketSketch

    package init(burst: Int = 200, perSecond: Double = 10) {
        clients = BucketSketch(burst: Double(burst), perSecond: perSecond, widthBits: 12)
        networks = BucketSketch(
            burst: Double(burst) * ClientLimiter.sites, perSecond: perSecond * ClientLimiter.sites, widthBits: 10)
    }

    /// Memory used, in bytes.
    var bytes: Int { clients.bytes + networks.bytes }

    /// Whether an event was ever counted; until then no client is limited.
    var hasCounted: Bool { clients.bytes > 0 }

    /// Whole seconds after which the client may try again; nil if it may now.
    package func retryAfter(_ client: ClientPrefix, now: MonotonicTime) -> Int? {
        let own = clients.retryAfter(client, now: now)
        guard let site = client.site, let shared = networks.retryAfter(site, now: now) else { return own }
        return max(own ?? 0, shared)
    }

    /// Counts one event of the client.
    package mutating func record(_ client: ClientPrefix, now: MonotonicTime) {
        clients.record(client, now: now)
        if let site = client.site { networks.record(site, now: now) }
    }
}
