internal import Time

/// Counts refused tokens per address, so that guessing costs the guesser time and the gateway little.
///
/// A token bucket an address: `burst` failures at once, `perSecond` regained. One limiter a reactor; the table is
/// bounded, and an address that regained all of its tokens is forgotten.
struct FailureLimiter {
    private struct Bucket {
        var tokens: Double
        var filledAt: MonotonicTime
    }

    let burst: Double
    let perSecond: Double
    let maximumAddresses: Int
    private var buckets: [String: Bucket] = [:]

    init(burst: Int = 200, perSecond: Double = 10, maximumAddresses: Int = 10_000) {
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.maximumAddresses = maximumAddresses
    }

    /// Whole seconds after which the address may try again; `nil` where it may now.
    func retryAfter(_ address: String, now: MonotonicTime) -> Int? {
        guard !buckets.isEmpty, let bucket = buckets[address] else { return nil }
        let tokens = level(of: bucket, now: now)
        return tokens >= 1 ? nil : max(1, Int(((1 - tokens) / perSecond).rounded(.up)))
    }

    mutating func recordFailure(_ address: String, now: MonotonicTime) {
        if buckets[address] == nil, buckets.count >= maximumAddresses {
            buckets = buckets.filter { level(of: $0.value, now: now) < burst }
            // All of them guess at the same time: forgetting the table costs less than growing it.
            if buckets.count >= maximumAddresses { buckets.removeAll() }
        }
        let tokens = buckets[address].map { level(of: $0, now: now) } ?? burst
        buckets[address] = Bucket(tokens: max(0, tokens - 1), filledAt: now)
    }

    private func level(of bucket: Bucket, now: MonotonicTime) -> Double {
        min(burst, bucket.tokens + Double(now.nanoseconds(since: bucket.filledAt)) / 1e9 * perSecond)
    }
}
