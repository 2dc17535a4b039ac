import Addresses
import Testing
import Time

@testable import Credentials

@Suite("Limits per client address")
struct ClientLimiterTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func after(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: start.nanoseconds + UInt64(seconds * 1e9))
    }

    @Test(
        "addresses of one subscriber share a limit, and other addresses have their own",
        arguments: [
            ("203.0.113.9", "203.0.113.9", true), ("203.0.113.9", "203.0.113.10", false),
            ("203.0.113.9", "::ffff:203.0.113.9", true),
            ("2001:db8::1", "2001:db8::ffff:2", true), ("2001:db8::1", "2001:db8:0:1::1", false),
            ("fe80::1%eth0", "fe80::1%eth1", true), ("unknown", "", true),
        ])
    func sharing(_ one: String, _ other: String, _ isShared: Bool) {
        var limiter = ClientLimiter(burst: 5, perSecond: 1)
        for _ in 0..<5 {
            #expect(limiter.retryAfter(ClientPrefix(one), now: start) == nil)
            limiter.record(ClientPrefix(one), now: start)
        }
        #expect(limiter.retryAfter(ClientPrefix(one), now: start) == 1)
        #expect((limiter.retryAfter(ClientPrefix(other), now: start) != nil) == isShared)
        #expect(limiter.retryAfter(ClientPrefix(one), now: after(1)) == nil)
    }

    @Test("a /48 has its own, higher limit, which its /64 prefixes cannot evade")
    func site() {
        var limiter = ClientLimiter(burst: 5, perSecond: 1)
        var allowed = 0
        for subnet in 0..<1000 {
            let client = ClientPrefix("2001:db8:1:\(String(subnet, radix: 16))::1")
            guard limiter.retryAfter(client, now: start) == nil else { continue }
            limiter.record(client, now: start)
            allowed += 1
        }
        #expect(allowed == 80)
        #expect(limiter.retryAfter(ClientPrefix("2001:db8:2::1"), now: start) == nil)
    }

    @Test("many addresses neither lift another's limit, nor limit others, nor cost memory")
    func manyAddresses() {
        var limiter = ClientLimiter(burst: 5, perSecond: 1)
        let limited = ClientPrefix("203.0.113.9")
        for _ in 0..<5 { limiter.record(limited, now: start) }
        let bytes = limiter.bytes
        // 100,000 addresses cause one event each, then 500 use up their limits.
        for number in 0..<100_000 {
            limiter.record(ClientPrefix("10.\(number >> 16).\(number >> 8 & 255).\(number & 255)"), now: start)
            if number % 10_000 == 0 { #expect(limiter.retryAfter(limited, now: start) != nil) }
        }
        #expect(limiter.retryAfter(limited, now: start) != nil)
        for number in 0..<500 {
            for _ in 0..<5 { limiter.record(ClientPrefix("192.0.\(number >> 8).\(number & 255)"), now: after(60)) }
        }
        let others = (0..<1000).count { number in
            limiter.retryAfter(ClientPrefix("172.16.\(number >> 8).\(number & 255)"), now: after(60)) != nil
        }
        #expect(others < 20)
        #expect(limiter.bytes == bytes && bytes <= 512 << 10)
    }
}
