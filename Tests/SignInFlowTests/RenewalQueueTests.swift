import GatehouseTesting
import Testing
import Threads
import Time

@testable import SignInFlow

@Suite("Renewals at one provider", .timeLimit(.minutes(2)))
struct RenewalQueueTests {
    @Test("renewals per provider are limited, running and queued, and none starts after the end")
    func bounded() async {
        let queue = RenewalQueue(
            RenewalPlaces(9), limits: .init(atOnce: 2, waiting: 1), patience: .seconds(60), monotonic: { .now() })
        let (started, mayEnd) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await queue.run {
                        started.continuation.yield()
                        for await _ in mayEnd.stream { break }
                        return true
                    }
                }
            }
            var begins = started.stream.makeAsyncIterator()
            for _ in 0..<2 { await begins.next() }
            while !queue.isFull { await Task.yield() }
            #expect(await queue.run { true } == false)
            queue.close()
            #expect(await group.next() == false)
            mayEnd.continuation.finish()
            #expect(await group.next() == true)
            #expect(await group.next() == true)
        }
        #expect(await queue.run { true } == false)
    }

    @Test("a failed provider's queue is released, and it holds few of the shared places")
    func shared() async {
        let places = RenewalPlaces(2)
        let limits = RenewalQueue.Limits(atOnce: 1, waiting: 9, whileOut: 1)
        let queue = RenewalQueue(places, limits: limits, patience: .seconds(60), monotonic: { .now() })
        let other = RenewalQueue(places, limits: limits, patience: .seconds(60), monotonic: { .now() })
        await withTaskGroup(of: Bool.self) { group in
            let (started, mayEnd) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
            group.addTask {
                await queue.run {
                    started.continuation.yield()
                    for await _ in mayEnd.stream { break }
                    return false
                }
            }
            for await _ in started.stream { break }
            for _ in 0..<9 { group.addTask { await queue.run { true } } }
            while !queue.isFull { await Task.yield() }
            mayEnd.continuation.finish()
            let done = await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            #expect(done == 1)
        }
        #expect(queue.isProviderOut && !queue.isFull)
        // The place was given back: both can be taken, and no third one.
        #expect(places.take())
        #expect(await other.run { true })
        #expect(places.take())
        #expect(await other.run { true } == false)
    }

    @Test("a failed or hanging attempt marks the provider as out, and its next response clears the mark")
    func contact() async {
        let clock = ManualClock()
        let queue = RenewalQueue(RenewalPlaces(9), patience: .seconds(2), monotonic: clock.clocks.monotonic)
        #expect(!queue.isProviderOut)
        _ = await queue.run { false }
        #expect(queue.isProviderOut)
        _ = await queue.run { nil }
        #expect(queue.isProviderOut)
        _ = await queue.run { true }
        #expect(!queue.isProviderOut)
        _ = await queue.run { false }
        clock.advance(.seconds(300))
        #expect(!queue.isProviderOut)
        _ = await queue.run { true }
        _ = await queue.run {
            clock.advance(.seconds(1))
            #expect(!queue.isProviderOut)
            clock.advance(.seconds(1))
            #expect(queue.isProviderOut)
            return true
        }
        #expect(!queue.isProviderOut)
    }
}
