import Endpoints
import GatehouseTesting
import HTTPMessage
import RuntimeConfiguration
import SignInFlow
import Sockets
import Synchronization
import Testing
import Threads
import Time
import UpstreamGate

@testable import Server
@testable import Upstreams

@Suite("Open connections to applications", .timeLimit(.minutes(1)))
struct OpenConnectionTests {
    @Test("a slow renewal ends an open connection after five seconds, and not before")
    func slowRenewal() async throws {
        let upstreams = try UpstreamWorld(isRenewable: true)
        let world = upstreams.world
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        world.clock.advance(.seconds(901))
        world.outbound.fallSilent("/token")
        let asked = world.outbound.count("/token")
        let watched = try await Watched(browser)
        #expect(await watched.holds())
        // The renewal does not end: the clock on which requests wait for it stands still.
        await world.outbound.asked("/token", times: asked + 1)
        #expect(await watched.holds())
        watched.advance(.milliseconds(4900))
        #expect(await watched.holds())
        watched.advance(.milliseconds(100))
        #expect(await !watched.holds())
        world.outbound.speak()
        await world.services.renewals.settled()
        // An end is final.
        #expect(await !watched.holds())
    }

    @Test("a renewal within its time lets a connection go on")
    func renewal() async throws {
        let upstreams = try UpstreamWorld(isRenewable: true)
        let world = upstreams.world
        let browser = upstreams.browser()
        try await upstreams.enter("vic", in: browser)
        world.clock.advance(.seconds(901))
        world.outbound.fallSilent("/token")
        let asked = world.outbound.count("/token")
        let watched = try await Watched(browser)
        #expect(await watched.holds())
        await world.outbound.asked("/token", times: asked + 1)
        world.outbound.speak()
        await world.services.renewals.settled()
        await watched.decided()
        watched.advance(.seconds(3600))
        #expect(await watched.holds())
    }

    @Test("open connections are checked soon after a suspension, the end of a session and a reload")
    func changes() async throws {
        let upstreams = try UpstreamWorld()
        let world = upstreams.world
        let (manager, browser) = (upstreams.browser(), upstreams.browser())
        try await manager.signIn("carla")
        try await browser.signIn("vic")
        let (checks, checked) = AsyncStream<Void>.makeStream()
        let exchange = await world.onReactor { handler in
            let exchange = CountedExchange(checked)
            let connections = handler.proxy.upgradedConnections
            // No check without a change.
            connections.interval = .seconds(3600)
            connections.add(exchange)
            return Confined(exchange, to: handler.reactor.confinement)
        }
        var rounds = checks.makeAsyncIterator()
        let id = try world.identity("vic")
        _ = try await manager.call("PUT", "\(acme)/suspensions/\(id)", "{}")
        await rounds.next()
        _ = try await browser.post("/auth/logout", [])
        await rounds.next()
        try world.reload(rewriting: ("acme-viewers", "others"))
        await rounds.next()
        await world.onReactor { handler in handler.proxy.upgradedConnections.remove(exchange.value) }
    }

    /// An exchange that is always permitted.
    private final class CountedExchange: RevocableExchange {
        private let checked: AsyncStream<Void>.Continuation

        init(_ checked: AsyncStream<Void>.Continuation) {
            self.checked = checked
        }

        func mayGoOn(at now: MonotonicTime) -> Bool {
            checked.yield()
            return true
        }

        func breakOff() { Issue.record("the exchange is permitted") }
    }

    /// The watch over an open connection of a browser to the application, with a clock of its own.
    private final class Watched: Sendable {
        private let world: GatewayWorld
        private let watch: Confined<StandingWatch>
        private let time: Time

        private final class Time: Sendable {
            let now = Mutex(MonotonicTime.now())
        }

        init(_ browser: TestBrowser) async throws {
            let (world, time) = (browser.world, Time())
            (self.world, self.time) = (world, time)
            let request = try Request(
                "GET", "/events", host: UpstreamWorld.host,
                fields: browser.elsewhere[UpstreamWorld.host]?.fields ?? [])
            let upstream = try #require(world.configuration.upstreams["reports"])
            watch = await world.onReactor { handler in
                let context = handler.begin(request, at: nil, from: "192.0.2.1")
                let visit = UpstreamVisit(
                    request, to: upstream, method: "GET", path: request.target.pathBytes, query: nil,
                    requestID: context.requestID, client: context.remoteAddress)
                let watch = StandingWatch(handler, visit, context, clock: { time.now.withLock { $0 } })
                return Confined(watch, to: handler.reactor.confinement)
            }
        }

        func advance(_ duration: Duration) { time.now.withLock { $0 = $0 + duration } }

        /// Returns when the decision no longer waits; the renewal's end reaches the reactor a moment later.
        func decided() async {
            while await world.onReactor({ [watch] _ in watch.value.isAsking }) { await Task.yield() }
        }

        func holds() async -> Bool { await world.onReactor { [watch] _ in watch.value.holds() } }
    }
}

extension GatewayWorld {
    /// Runs code on the reactor.
    fileprivate func onReactor<Value: Sendable>(
        _ body: @escaping @Sendable (GatewayHandler) -> Value
    ) async -> Value {
        let handler = handler
        return await withCheckedContinuation { continuation in
            reactor.perform { continuation.resume(returning: body(handler.value)) }
        }
    }
}
