import Testing
import Time

@testable import Upstreams

@Suite("Addresses that fail")
struct AddressHealthTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    @Test("an address is left out after three failures in a row, and returns after a time")
    func ejection() {
        var health = AddressHealth()
        health.failed(at: start)
        health.failed(at: start)
        health.succeeded()
        health.failed(at: start)
        health.failed(at: start)
        #expect(health.accepts(500, at: start))
        health.failed(at: start)
        #expect(!health.accepts(0, at: start))
        #expect(!health.accepts(0, at: start + .milliseconds(4999)))
        #expect(health.accepts(0, at: start + .seconds(5)))
    }

    @Test("an address that returns gets one request, then twice as many after each success")
    func slowReturn() {
        var health = AddressHealth()
        for _ in 0..<3 { health.failed(at: start) }
        let later = start + .seconds(6)
        #expect(!health.accepts(1, at: later))
        var allowance = 1
        while allowance < 32 {
            #expect(health.accepts(allowance - 1, at: later) && !health.accepts(allowance, at: later))
            health.succeeded()
            allowance *= 2
        }
        health.succeeded()
        #expect(health.accepts(10_000, at: later))
    }

    @Test("an address that fails again while it returns is left out for twice as long, up to a minute")
    func longer() {
        var health = AddressHealth()
        var now = start
        for _ in 0..<3 { health.failed(at: now) }
        for seconds in [10, 20, 40, 60, 60] {
            now = now + .seconds(61)
            health.failed(at: now)
            #expect(!health.accepts(0, at: now + .milliseconds(Int64(seconds) * 1000 - 1)))
            #expect(health.accepts(0, at: now + .seconds(seconds)))
        }
    }

    @Test("failures of requests that began earlier do not extend the time")
    func earlier() {
        var health = AddressHealth()
        for _ in 0..<20 { health.failed(at: start) }
        #expect(health.accepts(0, at: start + .seconds(5)))
    }
}
